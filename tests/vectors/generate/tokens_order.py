"""Tokens with two faults or more: the first in the fixed order is named."""

from __future__ import annotations

from mint import (
    CLIENT_ID,
    LIFETIME,
    NOW,
    Object,
    Raw,
    attach,
    dump,
    header,
    person,
    service,
    sign,
    signing_input,
    token,
    with_members,
)
from vector import Token

from keys import ACME, DROP, STRANGER


def vectors() -> list[Token]:
    return [*_header(), *_signature(), *_claims()]


def _header() -> list[Token]:
    """Two faults in one header: which is named."""
    cases: list[tuple[str, str, Object, str]] = [
        ("alg-type-before-crit", "alg of a wrong type, and crit", header(alg=5, crit=["exp"]), "MALFORMED"),
        (
            "alg-before-crit",
            "another algorithm, and crit",
            header(alg="none", crit=["exp"]),
            "UNSUPPORTED_ALGORITHM",
        ),
        (
            "alg-before-typ",
            "another algorithm, and typ of a wrong type",
            header(alg="none", typ=5),
            "UNSUPPORTED_ALGORITHM",
        ),
        (
            "alg-before-kid",
            "another algorithm, and no kid",
            header(alg="none", kid=DROP),
            "UNSUPPORTED_ALGORITHM",
        ),
        (
            "crit-before-typ",
            "crit, and typ of a wrong type",
            header(crit=["exp"], typ=5),
            "UNSUPPORTED_HEADER",
        ),
        ("crit-before-kid", "crit, and no kid", header(crit=["exp"], kid=DROP), "UNSUPPORTED_HEADER"),
        (
            "typ-type-before-kid",
            "typ of a wrong type, and an unknown kid",
            header(typ=5, kid="x"),
            "MALFORMED",
        ),
        ("typ-before-kid", "another typ, and no kid", header(typ="at+jwt", kid=DROP), "UNSUPPORTED_HEADER"),
        (
            "typ-before-unknown-kid",
            "another typ, and an unknown kid",
            header(typ="at+jwt", kid="x"),
            "UNSUPPORTED_HEADER",
        ),
        (
            "kid-before-signature",
            "an unknown kid, and a stranger's signature",
            header(kid="x"),
            "UNKNOWN_KEY",
        ),
    ]
    key = STRANGER
    broken_payload = signing_input(header(alg="none"), b"not json")
    return [
        *(
            Token(f"first-{name}", "order", f"{about}", token(head, key=key), status, signer=key)
            for name, about, head, status in cases
        ),
        Token(
            "first-json-before-alg",
            "order",
            "a duplicate name, and another algorithm",
            token(with_members(dump(header(alg="none")), '"x":1,"x":1')),
            "MALFORMED",
        ),
        Token(
            "first-header-before-payload",
            "order",
            "the payload is not read before",
            attach(broken_payload, sign(ACME, broken_payload)),
            "UNSUPPORTED_ALGORITHM",
        ),
        Token(
            "first-payload-form-before-header",
            "order",
            "the form of all three parts comes first",
            attach(signing_input(header(alg="none"), b"") + b"A", b"x" * 256),
            "MALFORMED",
            signer=None,
        ),
    ]


def _signature() -> list[Token]:
    late = NOW + 10 * 86400
    cases = [
        (
            "and-expired",
            "and expired: no claim is read before the signature is known to be valid",
            dump(person()),
            late,
        ),
        ("and-not-json", "and a payload that is not JSON", b"not json", None),
        ("and-no-claims", "and no claims", b"{}", None),
        ("and-wrong-audience", "and another audience", dump(person(aud=["x"])), None),
    ]
    return [
        Token(
            f"signature-bad-{name}",
            "order",
            f"a stranger's signature, {about}",
            token(payload=payload, key=STRANGER),
            "BAD_SIGNATURE",
            now=now,
            signer=STRANGER,
        )
        for name, about, payload, now in cases
    ]


def _claims() -> list[Token]:
    """Payloads with two faults or more: the first in the fixed order is named."""
    wrong_iss, wrong_aud = "https://other.cloudflareaccess.com", ["x"]
    past: Object = {"iat": 1000, "nbf": 1000, "exp": 1000 + LIFETIME + 1}
    early: Object = {"iat": NOW + 3600, "nbf": NOW + 3600, "exp": NOW + 3601 + LIFETIME}
    long: Object = {"iat": NOW, "nbf": NOW, "exp": NOW + LIFETIME + 1}
    nobody: Object = {"sub": DROP, "common_name": CLIENT_ID}
    cases: list[tuple[str, str, Object, str]] = [
        (
            "invalid-before-issuer",
            "a claim of a wrong type, and another issuer",
            {"country": 5, "iss": wrong_iss},
            "INVALID_CLAIM",
        ),
        (
            "invalid-before-expiry",
            "a space in the e-mail, and expired",
            {"email": "a b", **past},
            "INVALID_CLAIM",
        ),
        (
            "issuer-before-all",
            "everything wrong",
            {"iss": wrong_iss, "aud": wrong_aud, "type": "org", **past, **nobody},
            "WRONG_ISSUER",
        ),
        (
            "issuer-before-audience",
            "another issuer and audience",
            {"iss": wrong_iss, "aud": wrong_aud},
            "WRONG_ISSUER",
        ),
        (
            "audience-before-type",
            "another audience and type",
            {"aud": wrong_aud, "type": "org"},
            "WRONG_AUDIENCE",
        ),
        (
            "audience-before-expiry",
            "another audience, and expired",
            {"aud": wrong_aud, **past},
            "WRONG_AUDIENCE",
        ),
        ("type-before-expiry", "another type, and expired", {"type": "org", **past}, "WRONG_TOKEN_TYPE"),
        ("type-before-principal", "another type, and nobody", {"type": "org", **nobody}, "WRONG_TOKEN_TYPE"),
        ("expiry-before-lifetime", "expired, and too long", past, "EXPIRED"),
        ("expiry-before-principal", "expired, and nobody", {**past, **nobody}, "EXPIRED"),
        ("early-before-lifetime", "not yet valid, and too long", early, "NOT_YET_VALID"),
        ("early-before-principal", "not yet valid, and nobody", {**early, **nobody}, "NOT_YET_VALID"),
        ("lifetime-before-principal", "too long, and nobody", {**long, **nobody}, "SESSION_TOO_LONG"),
        (
            "principal-before-service",
            "a service with an e-mail, where none is welcome",
            {"sub": "", "common_name": CLIENT_ID},
            "AMBIGUOUS_IDENTITY",
        ),
    ]
    late_service = service(iat=1000, exp=2000)
    long_service = service(iat=NOW, exp=NOW + LIFETIME + 1)
    duplicate = with_members(dump(person(iss=5)), '"x":1,"x":1')
    unread = dump(person(exp=Raw("1e400"), iss=5))
    return [
        *(
            Token(f"first-{name}", "order", about, token(payload=person(**changes)), status)
            for name, about, changes, status in cases
        ),
        Token(
            "first-expiry-before-service",
            "order",
            "expired, and a service",
            token(payload=late_service),
            "EXPIRED",
        ),
        Token(
            "first-lifetime-before-service",
            "order",
            "too long, and a service",
            token(payload=long_service),
            "SESSION_TOO_LONG",
        ),
        Token(
            "first-json-before-types",
            "order",
            "a name twice, and a claim of a wrong type",
            token(payload=duplicate),
            "MALFORMED_CLAIMS",
        ),
        Token(
            "first-number-before-types",
            "order",
            "no JSON, and a claim of a wrong type",
            token(payload=unread),
            "MALFORMED_CLAIMS",
        ),
        Token(
            "first-signature-before-json",
            "order",
            "a stranger's signature, and a name twice",
            token(payload=duplicate, key=STRANGER),
            "BAD_SIGNATURE",
            signer=STRANGER,
        ),
        Token(
            "first-kid-before-signature-and-expiry",
            "order",
            "an unknown kid, and a stranger's signature, and expired",
            token(header(kid="x"), person(exp=NOW - 1), STRANGER),
            "UNKNOWN_KEY",
            signer=STRANGER,
        ),
    ]
