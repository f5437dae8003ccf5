"""Header and cookie in one request: the header alone decides if it is present."""

from __future__ import annotations

from carried import (
    ADMIN,
    ADMIN_TOKEN,
    COOKIE_ACCEPTED,
    EXPIRED_TOKEN,
    FORGED_TOKEN,
    OPAQUE,
    ORG_TOKEN,
    USER_TOKEN,
    accepted,
    assertion,
    cookie,
    cookies,
    no_token,
    refused,
)
from requests_cookie import MINE, RULE
from vector import Request


def vectors() -> list[Request]:
    others = {
        "equal": cookie(ADMIN_TOKEN),
        "different": cookie(USER_TOKEN),
        "bad": cookie(b"x"),
        "empty": cookie(b""),
        "opaque": cookie(OPAQUE),
        "forged": cookie(FORGED_TOKEN),
        "org": cookie(ORG_TOKEN),
        "twice": cookies(MINE + b"; " + MINE),
    }
    header_bad = {
        "opaque": (OPAQUE, "OPAQUE_TOKEN"),
        "forged": (FORGED_TOKEN, "BAD_SIGNATURE"),
        "expired": (EXPIRED_TOKEN, "EXPIRED"),
        "org": (ORG_TOKEN, "WRONG_AUDIENCE"),
    }
    good = cookie(USER_TOKEN)
    return [
        *(
            accepted(
                f"header-and-cookie-{name}",
                RULE,
                "the header is good, and the cookie is not read",
                [header, assertion(ADMIN_TOKEN)],
                ADMIN_TOKEN,
                ADMIN,
                COOKIE_ACCEPTED,
            )
            for name, header in others.items()
        ),
        accepted(
            "header-and-cookie-closed",
            RULE,
            "the cookie would not be read in any case",
            [assertion(ADMIN_TOKEN), good],
            ADMIN_TOKEN,
            ADMIN,
        ),
        *(
            refused(
                f"header-{name}-and-cookie-good",
                RULE,
                "a good cookie does not make up for the header",
                [assertion(value), good],
                status,
                value,
                COOKIE_ACCEPTED,
            )
            for name, (value, status) in header_bad.items()
        ),
        no_token(
            "header-empty-and-cookie-good",
            RULE,
            "an empty header is present",
            [assertion(b""), good],
            COOKIE_ACCEPTED,
        ),
        refused(
            "header-word-and-cookie-good",
            RULE,
            "a good cookie does not make up for the header",
            [assertion(b"x"), good],
            "MALFORMED",
            b"x",
            COOKIE_ACCEPTED,
        ),
        refused(
            "headers-two-and-cookie-good",
            RULE,
            "a good cookie does not decide between headers",
            [assertion(USER_TOKEN), assertion(ADMIN_TOKEN), good],
            "MALFORMED",
            None,
            COOKIE_ACCEPTED,
        ),
        accepted(
            "header-of-underscores-and-cookie-good",
            RULE,
            "another header is absent",
            [assertion(ADMIN_TOKEN, "Cf_Access_Jwt_Assertion"), good],
            used=COOKIE_ACCEPTED,
        ),
    ]
