"""Requests with two faults or more, and policies together: the first in the fixed order is named."""

from __future__ import annotations

from carried import (
    ADMIN_ADDRESS,
    EXPIRED_TOKEN,
    FORGED_TOKEN,
    OPAQUE,
    ORG_TOKEN,
    SERVICE_TOKEN,
    USER,
    USER_ADDRESS,
    USER_TOKEN,
    accepted,
    assertion,
    cookie,
    email,
    no_token,
    refused,
)
from mint import CLIENT_ID, LIFETIME, NOW, Object, header, person, service, token
from vector import SERVICE, Request, config

STRICT = config(max_age=60, max_lifetime=86400, email_header="require", accept_cookie=True)


def vectors() -> list[Request]:
    return [*_mismatch_is_last(), *_age(), *_together()]


def _mismatch_is_last() -> list[Request]:
    """Every other refusal comes before the mismatch."""
    cases = {
        "opaque": (OPAQUE, "OPAQUE_TOKEN"),
        "malformed": (b"x", "MALFORMED"),
        "algorithm": (token(header(alg="none")), "UNSUPPORTED_ALGORITHM"),
        "critical": (token(header(crit=["exp"])), "UNSUPPORTED_HEADER"),
        "unknown-key": (token(header(kid="0" * 64)), "UNKNOWN_KEY"),
        "forged": (FORGED_TOKEN, "BAD_SIGNATURE"),
        "not-json": (token(payload=b"{"), "MALFORMED_CLAIMS"),
        "no-claims": (token(payload=b"{}"), "MISSING_CLAIM"),
        "wrong-claim": (token(payload=person(email=5)), "INVALID_CLAIM"),
        "issuer": (token(payload=person(iss="https://other.cloudflareaccess.com")), "WRONG_ISSUER"),
        "audience": (ORG_TOKEN, "WRONG_AUDIENCE"),
        "type": (token(payload=person(type="org")), "WRONG_TOKEN_TYPE"),
        "expired": (EXPIRED_TOKEN, "EXPIRED"),
        "early": (token(payload=person(nbf=NOW + 31)), "NOT_YET_VALID"),
        "too-long": (token(payload=person(exp=NOW - 60 + LIFETIME + 1)), "SESSION_TOO_LONG"),
        "nobody": (token(payload=person(sub="")), "AMBIGUOUS_IDENTITY"),
        "service": (SERVICE_TOKEN, "SERVICE_NOT_ALLOWED"),
    }
    return [
        *(
            refused(
                f"mismatch-after-{name}",
                "order",
                "and another person's e-mail header",
                [assertion(value), email(ADMIN_ADDRESS)],
                status,
                value,
            )
            for name, (value, status) in cases.items()
        ),
        refused(
            "mismatch-after-too-old",
            "order",
            "and another person's e-mail header",
            [assertion(USER_TOKEN), email(ADMIN_ADDRESS)],
            "SESSION_TOO_OLD",
            USER_TOKEN,
            config(max_age=59),
        ),
        no_token(
            "mismatch-after-empty",
            "order",
            "and another person's e-mail header",
            [assertion(b""), email(ADMIN_ADDRESS)],
        ),
        refused(
            "mismatch-after-two-headers",
            "order",
            "and another person's e-mail header",
            [assertion(USER_TOKEN), email(ADMIN_ADDRESS), assertion(USER_TOKEN)],
            "MALFORMED",
            None,
        ),
    ]


def _age() -> list[Request]:
    """Where an age that is too great stands among the other rules."""
    old: Object = {"iat": NOW - 3600, "nbf": NOW - 3600}
    cases = {
        "issuer": (person(**old, iss="https://other.cloudflareaccess.com"), "WRONG_ISSUER"),
        "audience": (person(**old, aud=["x"]), "WRONG_AUDIENCE"),
        "type": (person(**old, type="org"), "WRONG_TOKEN_TYPE"),
        "expired": (person(**old, exp=NOW - 30), "EXPIRED"),
        "early": (person(iat=NOW - 3600, nbf=NOW + 31), "NOT_YET_VALID"),
        "lifetime": (person(**old, exp=NOW - 3600 + 86401), "SESSION_TOO_LONG"),
    }
    later = {
        "principal": person(**old, exp=NOW + 60, sub=""),
        "service": service(iat=NOW - 3600, exp=NOW + 60),
    }
    return [
        *(
            refused(
                f"age-after-{name}",
                "order",
                "and too old",
                [assertion(carried)],
                status,
                carried,
                STRICT,
            )
            for name, (carried, status) in (
                (name, (token(payload=p), status)) for name, (p, status) in cases.items()
            )
        ),
        *(
            refused(
                f"age-before-{name}",
                "order",
                "too old, and nobody who is welcome",
                [assertion(carried)],
                "SESSION_TOO_OLD",
                carried,
                STRICT,
            )
            for name, carried in ((name, token(payload=payload)) for name, payload in later.items())
        ),
    ]


def _together() -> list[Request]:
    """Every policy at once."""
    both = {**STRICT, "allow_services": [CLIENT_ID], "leeway": 0}
    good = token(payload=person(exp=NOW + 86340))
    claims: Object = {**USER, "ends_at": NOW, "expires_at": NOW + 86340}
    match = email(USER_ADDRESS)
    return [
        accepted("all-header", "all", "every policy, met", [assertion(good), match], good, claims, both),
        accepted(
            "all-cookie",
            "all",
            "every policy, met, with the cookie",
            [cookie(good), match],
            good,
            claims,
            both,
        ),
        accepted(
            "all-service",
            "all",
            "every policy, met by a service",
            [assertion(SERVICE_TOKEN)],
            SERVICE_TOKEN,
            {**SERVICE, "ends_at": NOW},
            both,
        ),
        refused(
            "all-no-email", "all", "but the e-mail header", [cookie(good)], "IDENTITY_MISMATCH", good, both
        ),
        refused(
            "all-service-with-email",
            "all",
            "but a service with an e-mail",
            [assertion(SERVICE_TOKEN), match],
            "IDENTITY_MISMATCH",
            SERVICE_TOKEN,
            both,
        ),
        refused(
            "all-other-service",
            "all",
            "but another service",
            [assertion(SERVICE_TOKEN)],
            "SERVICE_NOT_ALLOWED",
            SERVICE_TOKEN,
            {**both, "allow_services": ["other.access"]},
        ),
    ]
