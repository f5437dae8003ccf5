"""The header with the token, and the headers that have none."""

from __future__ import annotations

from carried import (
    ADMIN_TOKEN,
    ASSERTION,
    COOKIE_ACCEPTED,
    EXPIRED_TOKEN,
    FORGED_TOKEN,
    OPAQUE,
    ORG_TOKEN,
    ORG_TOKEN_FOR_US,
    SERVICE_TOKEN,
    USER_TOKEN,
    accepted,
    assertion,
    no_token,
    refused,
)
from vector import SERVICE, Request, config

RULE = "request/header"


def vectors() -> list[Request]:
    return [*_names(), *_values(), *_several(), *_others()]


def _names() -> list[Request]:
    same = {
        "usual": ASSERTION,
        "lower-case": ASSERTION.lower(),
        "upper-case": ASSERTION.upper(),
        "other-documents": "Cf-Access-JWT-Assertion",
        "mixed-case": "cF-aCCESS-jWT-aSSERTION",
    }
    other = {
        "underscores": "Cf_Access_Jwt_Assertion",
        "one-underscore": "Cf-Access-Jwt_Assertion",
        "upper-case-underscores": "CF_ACCESS_JWT_ASSERTION",
        "cgi": "HTTP_CF_ACCESS_JWT_ASSERTION",
        "longer": ASSERTION + "2",
        "shorter": ASSERTION[:-1],
        "prefix": "X-" + ASSERTION,
        "without-hyphens": ASSERTION.replace("-", ""),
        "name-of-cookie": "CF_Authorization",
    }
    return [
        *(
            accepted(
                f"header-{name}", RULE, f"the header is spelled {spelled}", [assertion(USER_TOKEN, spelled)]
            )
            for name, spelled in same.items()
        ),
        *(
            no_token(
                f"not-header-{name}", RULE, f"{spelled} is another header", [assertion(USER_TOKEN, spelled)]
            )
            for name, spelled in other.items()
        ),
    ]


def _values() -> list[Request]:
    malformed = {
        "bearer": b"Bearer " + USER_TOKEN,
        "bearer-lower-case": b"bearer " + USER_TOKEN,
        "space-before": b" " + USER_TOKEN,
        "space-after": USER_TOKEN + b" ",
        "tab-after": USER_TOKEN + b"\t",
        "line-feed-after": USER_TOKEN + b"\n",
        "carriage-return-after": USER_TOKEN + b"\r\n",
        "nul-after": USER_TOKEN + b"\0",
        "only-space": b" ",
        "quoted": b'"' + USER_TOKEN + b'"',
        "semicolon-after": USER_TOKEN + b";",
        "cookie-inside": b"CF_Authorization=" + USER_TOKEN,
        "word": b"null",
        "not-utf-8": b"\xff\xfe",
        "opaque-in-other-case": OPAQUE.upper(),
        "opaque-after-bearer": b"Bearer " + OPAQUE,
    }
    services = config(allow_services="any")
    return [
        no_token("header-empty", RULE, "there, with nothing in it", [assertion(b"")]),
        *(
            refused(
                f"header-{name}",
                RULE,
                "nothing is trimmed or taken off",
                [assertion(value)],
                "MALFORMED",
                None,
            )
            for name, value in malformed.items()
        ),
        refused(
            "header-opaque", RULE, "only Access can read it", [assertion(OPAQUE)], "OPAQUE_TOKEN", OPAQUE
        ),
        refused(
            "header-opaque-prefix",
            RULE,
            "nothing after it",
            [assertion(b"oauth:")],
            "OPAQUE_TOKEN",
            b"oauth:",
        ),
        refused(
            "header-too-large", RULE, "over the limit", [assertion(b"A" * 16_385)], "TOO_LARGE", b"A" * 16_385
        ),
        refused(
            "header-forged", RULE, "a stranger's", [assertion(FORGED_TOKEN)], "BAD_SIGNATURE", FORGED_TOKEN
        ),
        refused("header-expired", RULE, "too late", [assertion(EXPIRED_TOKEN)], "EXPIRED", EXPIRED_TOKEN),
        refused("header-org", RULE, "a global session", [assertion(ORG_TOKEN)], "WRONG_AUDIENCE", ORG_TOKEN),
        refused(
            "header-org-this-audience",
            RULE,
            "a global session for this audience",
            [assertion(ORG_TOKEN_FOR_US)],
            "WRONG_TOKEN_TYPE",
            ORG_TOKEN_FOR_US,
        ),
        refused(
            "header-service-not-allowed",
            RULE,
            "a service where none is welcome",
            [assertion(SERVICE_TOKEN)],
            "SERVICE_NOT_ALLOWED",
            SERVICE_TOKEN,
        ),
        accepted(
            "header-service", RULE, "a service", [assertion(SERVICE_TOKEN)], SERVICE_TOKEN, SERVICE, services
        ),
    ]


def _several() -> list[Request]:
    def twice(name: str, about: str, *headers: tuple[str, bytes]) -> Request:
        return refused(f"headers-{name}", RULE, about, list(headers), "MALFORMED", None)

    user, admin = assertion(USER_TOKEN), assertion(ADMIN_TOKEN)
    return [
        twice("same", "the same token twice", user, user),
        twice("different", "two good tokens", user, admin),
        twice("good-before-bad", "a good token, and none", user, assertion(b"x")),
        twice("bad-before-good", "no token, and a good one", assertion(b"x"), user),
        twice("empty-before-good", "an empty one counts", assertion(b""), user),
        twice("good-before-empty", "an empty one counts", user, assertion(b"")),
        twice("both-empty", "two empty ones are two", assertion(b""), assertion(b"")),
        twice("three", "three of them", user, user, user),
        twice("apart", "with other headers between", user, ("Host", b"app.example.com"), user),
        twice("other-case", "spelled in two ways", user, assertion(USER_TOKEN, ASSERTION.lower())),
        twice("opaque-and-good", "an opaque one counts", assertion(OPAQUE), user),
        twice("joined", "joined by a comma", assertion(USER_TOKEN + b"," + USER_TOKEN)),
        twice("joined-with-space", "joined as proxies do it", assertion(USER_TOKEN + b", " + ADMIN_TOKEN)),
        twice("joined-with-empty", "joined with an empty one", assertion(USER_TOKEN + b",")),
        twice("joined-empty-first", "joined with an empty one", assertion(b"," + USER_TOKEN)),
        twice("joined-empty", "two empty ones, joined", assertion(b",")),
        twice("joined-opaque", "joined with an opaque one", assertion(OPAQUE + b"," + USER_TOKEN)),
    ]


def _others() -> list[Request]:
    ignored = {
        "authorization": ("Authorization", b"Bearer " + USER_TOKEN),
        "authorization-bare": ("Authorization", USER_TOKEN),
        "authorization-opaque": ("Authorization", b"Bearer " + OPAQUE),
        "cf-access-token": ("Cf-Access-Token", USER_TOKEN),
        "cf-authorization": ("Cf-Authorization", USER_TOKEN),
        "service-credentials": ("Cf-Access-Client-Id", b"e367826f93b8d71185e03fe518aff3b4.access"),
        "set-cookie": ("Set-Cookie", b"CF_Authorization=" + USER_TOKEN),
        "cookie2": ("Cookie2", b"CF_Authorization=" + USER_TOKEN),
    }
    return [
        no_token("no-headers", RULE, "a request without any header", []),
        no_token(
            "no-header-of-access", RULE, "others only", [("Host", b"app.example.com"), ("Accept", b"*/*")]
        ),
        no_token("name-empty", RULE, "a header without a name", [("", USER_TOKEN)]),
        *(
            no_token(f"unread-{name}", RULE, f"{header[0]} is never read", [header], COOKIE_ACCEPTED)
            for name, header in ignored.items()
        ),
        *(
            accepted(
                f"with-{name}",
                RULE,
                f"{header[0]} next to the token changes nothing",
                [(header[0], header[1].replace(USER_TOKEN, ADMIN_TOKEN)), assertion(USER_TOKEN)],
            )
            for name, header in ignored.items()
        ),
        accepted(
            "among-others",
            RULE,
            "between the headers of a browser",
            [
                ("Host", b"app.example.com"),
                ("User-Agent", b"Mozilla/5.0 \xe9"),
                ("Cf-Ray", b"8f0c2a1b3d4e5f60-DFW"),
                assertion(USER_TOKEN),
                ("Accept", b"text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"),
                ("Empty", b""),
            ],
        ),
    ]
