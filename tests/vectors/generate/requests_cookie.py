"""The cookie with the token, where there is no header: read only if the configuration accepts it."""

from __future__ import annotations

from carried import (
    ADMIN_TOKEN,
    COOKIE,
    COOKIE_ACCEPTED,
    EXPIRED_TOKEN,
    FORGED_TOKEN,
    OPAQUE,
    ORG_TOKEN,
    ORG_TOKEN_FOR_US,
    USER,
    USER_TOKEN,
    Headers,
    accepted,
    cookie,
    cookies,
    no_token,
    refused,
)
from mint import person, token
from vector import Request

RULE = "request/cookie"
MINE = COOKIE + USER_TOKEN
OTHER_SESSION = token(payload=person(identity_nonce="another session"))


def vectors() -> list[Request]:
    return [*_closed(), *_read(), *_names(), *_values(), *_several()]


def _closed() -> list[Request]:
    """Where the configuration does not name the cookie."""
    return [
        no_token(f"cookie-closed-{name}", RULE, "the cookie is not accepted unless configured", headers)
        for name, headers in {
            "good": [cookie(USER_TOKEN)],
            "empty": [cookie(b"")],
            "opaque": [cookie(OPAQUE)],
            "bad": [cookie(b"x")],
            "twice": [cookie(USER_TOKEN), cookie(USER_TOKEN)],
        }.items()
    ]


def _read() -> list[Request]:
    found: dict[str, tuple[str, Headers]] = {
        "alone": ("nothing else in the request", [cookie(USER_TOKEN)]),
        "lower-case-header": ("the header's name has no case", [cookie(USER_TOKEN, "cookie")]),
        "upper-case-header": ("the header's name has no case", [cookie(USER_TOKEN, "COOKIE")]),
        "first": ("before others", [cookies(MINE + b"; theme=dark; id=1")]),
        "last": ("after others", [cookies(b"theme=dark; id=1; " + MINE)]),
        "between": ("between others", [cookies(b"theme=dark; " + MINE + b"; id=1")]),
        "no-space": ("no space between", [cookies(b"theme=dark;" + MINE + b";id=1")]),
        "many-spaces": (
            "more white space than there should be",
            [cookies(b"a=1 ;\t  " + MINE + b" \t ;  b=2 ")],
        ),
        "empty-pairs": ("nothing between semicolons", [cookies(b";; ;" + MINE + b";;")]),
        "no-equals": ("a pair without a name", [cookies(b"theme; " + MINE)]),
        "equals-inside": ("values with equals signs", [cookies(b"a=b=c==; " + MINE + b"; =d")]),
        "others-not-utf-8": (
            "other values are any bytes",
            [cookies(b"city=M\xfcnchen; " + MINE + b"; x=\xff\xfe")],
        ),
        "other-quoted": ("another value is quoted", [cookies(b'note="a b"; ' + MINE)]),
        "inside-quotes": ("quotes hold no cookies together", [cookies(b'note="a; ' + MINE + b'; b"')]),
        "own-header": ("a header for each cookie", [cookies(b"theme=dark"), cookies(MINE), cookies(b"id=1")]),
        "other-headers-empty": ("next to an empty header", [cookies(b""), cookies(MINE)]),
    }
    return [
        no_token("cookie-none", RULE, "neither header nor cookie", [], COOKIE_ACCEPTED),
        no_token("cookie-header-empty", RULE, "no cookie at all", [cookies(b"")], COOKIE_ACCEPTED),
        no_token(
            "cookie-others-only", RULE, "other cookies", [cookies(b"theme=dark; id=1")], COOKIE_ACCEPTED
        ),
        *(
            accepted(f"cookie-{name}", RULE, about, headers, used=COOKIE_ACCEPTED)
            for name, (about, headers) in found.items()
        ),
    ]


def _names() -> list[Request]:
    """Cookie names have one spelling (RFC 6265 section 4.1.1 and 5.3)."""
    other = {
        "lower-case": b"cf_authorization",
        "upper-case": b"CF_AUTHORIZATION",
        "mixed-case": b"Cf_Authorization",
        "hyphen": b"CF-Authorization",
        "longer": b"CF_Authorization2",
        "prefix": b"xCF_Authorization",
        "host-prefix": b"__Host-CF_Authorization",
        "secure-prefix": b"__Secure-CF_Authorization",
        "shorter": b"CF_Authorizatio",
        "app-session": b"CF_AppSession",
        "session": b"CF_Session",
        "quoted": b'"CF_Authorization"',
        "escaped": b"CF%5FAuthorization",
        "space-after": b"CF_Authorization ",
        "version-attribute": b"$CF_Authorization",
        "nul-before": b"\0CF_Authorization",
        "value-of-other": b"x=CF_Authorization",
        "nameless": b"=CF_Authorization",
    }
    return [
        *(
            no_token(
                f"not-cookie-{name}",
                RULE,
                "another cookie",
                [cookies(spelled + b"=" + USER_TOKEN)],
                COOKIE_ACCEPTED,
            )
            for name, spelled in other.items()
        ),
        *(
            accepted(
                f"cookie-with-{name}",
                RULE,
                "another cookie of a similar name changes nothing",
                [cookies(spelled + b"=" + ADMIN_TOKEN + b"; " + MINE)],
                used=COOKIE_ACCEPTED,
            )
            for name, spelled in other.items()
        ),
        no_token(
            "cookie-without-equals", RULE, "the name alone", [cookies(b"CF_Authorization")], COOKIE_ACCEPTED
        ),
        no_token(
            "cookie-joined-by-comma",
            RULE,
            "a comma does not separate cookies",
            [cookies(b"a=1, " + MINE)],
            COOKIE_ACCEPTED,
        ),
        no_token(
            "cookie-after-quotation-mark",
            RULE,
            "another cookie's value is cut at its semicolon, and what follows it has a quotation mark",
            [cookies(b'note="a;"' + MINE)],
            COOKIE_ACCEPTED,
        ),
    ]


def _values() -> list[Request]:
    malformed = {
        "quoted": b'"' + USER_TOKEN + b'"',
        "space-before-value": b" " + USER_TOKEN,
        "equals-before-value": b"=" + USER_TOKEN,
        "escaped-dot": USER_TOKEN.replace(b".", b"%2E"),
        "two-tokens-by-comma": USER_TOKEN + b"," + USER_TOKEN,
        "bearer": b"Bearer " + USER_TOKEN,
        "word": b"deleted",
        "not-utf-8": b"\xff",
    }
    tokens = {
        "opaque": ("only Access can read it", OPAQUE, "OPAQUE_TOKEN"),
        "org": ("a global session, whose cookie has the same name", ORG_TOKEN, "WRONG_AUDIENCE"),
        "org-this-audience": ("a global session for this audience", ORG_TOKEN_FOR_US, "WRONG_TOKEN_TYPE"),
        "forged": ("a stranger's", FORGED_TOKEN, "BAD_SIGNATURE"),
        "expired": ("too late", EXPIRED_TOKEN, "EXPIRED"),
        "too-large": ("over the limit", b"A" * 16_385, "TOO_LARGE"),
    }
    return [
        no_token("cookie-empty", RULE, "there, with nothing in it", [cookie(b"")], COOKIE_ACCEPTED),
        no_token(
            "cookie-empty-first",
            RULE,
            "the same before others",
            [cookies(COOKIE + b"; a=1")],
            COOKIE_ACCEPTED,
        ),
        no_token(
            "cookie-only-space",
            RULE,
            "white space at the end is none of the value",
            [cookie(b" ")],
            COOKIE_ACCEPTED,
        ),
        *(
            refused(
                f"cookie-{name}",
                RULE,
                "nothing is taken off or decoded",
                [cookie(value)],
                "MALFORMED",
                None,
                COOKIE_ACCEPTED,
            )
            for name, value in malformed.items()
        ),
        *(
            refused(f"cookie-{name}", RULE, about, [cookie(value)], status, value, COOKIE_ACCEPTED)
            for name, (about, value, status) in tokens.items()
        ),
    ]


def _several() -> list[Request]:
    """One value, however often it is there, is one cookie. Of up to four different ones the first that
    verifies is taken, if all that verify name one principal."""
    one: dict[str, tuple[str, Headers]] = {
        "same": ("the same token twice", [cookies(MINE + b"; " + MINE)]),
        "same-headers": ("the same in a header each", [cookie(USER_TOKEN), cookie(USER_TOKEN)]),
        "three": ("the same three times", [cookies(MINE + b";" + MINE + b";" + MINE)]),
        "five-same": ("one value is one, however often", [cookies(b";".join([MINE] * 5))]),
        "empty-before-good": ("one that is empty does not verify", [cookies(COOKIE + b"; " + MINE)]),
        "good-before-empty": ("one that is empty does not verify", [cookies(MINE + b"; " + COOKIE)]),
        "org-and-app": ("of two domains, both sent", [cookies(COOKIE + ORG_TOKEN + b"; " + MINE)]),
        "app-and-org": ("of two domains, both sent", [cookies(MINE + b"; " + COOKIE + ORG_TOKEN)]),
        "opaque-and-good": ("the other cannot be read here", [cookies(COOKIE + OPAQUE + b"; " + MINE)]),
        "forged-and-good": ("the other is a stranger's", [cookies(COOKIE + FORGED_TOKEN + b"; " + MINE)]),
        "expired-and-good": ("the other is too old", [cookies(COOKIE + EXPIRED_TOKEN + b"; " + MINE)]),
        "good-and-large": ("the other is over the limit", [cookies(MINE + b"; " + COOKIE + b"A" * 16_385)]),
        "four": ("four different ones", [cookies(_different(3) + MINE)]),
        "four-and-repeated": (
            "four different ones, some of them repeated",
            [cookies(_different(3) + MINE), cookies(_different(3) + MINE)],
        ),
        "two-sessions": (
            "two tokens of one person",
            [cookies(MINE + b"; " + COOKIE + OTHER_SESSION)],
        ),
    }
    malformed: dict[str, tuple[str, Headers]] = {
        "two-principals": ("both verify", [cookies(MINE + b"; " + COOKIE + ADMIN_TOKEN)]),
        "two-principals-other-order": ("both verify", [cookies(COOKIE + ADMIN_TOKEN + b"; " + MINE)]),
        "two-principals-headers": ("both verify", [cookie(USER_TOKEN), cookie(ADMIN_TOKEN)]),
        "three-of-two-principals": (
            "the third is another's",
            [cookies(MINE + b"; " + COOKIE + OTHER_SESSION + b"; " + COOKIE + ADMIN_TOKEN)],
        ),
        "none-verifies": ("neither", [cookies(COOKIE + ORG_TOKEN + b"; " + COOKIE + EXPIRED_TOKEN)]),
        "five-good-last": (
            "more than four: one that is not examined might be another's",
            [cookies(_different(4) + MINE)],
        ),
        "five-good-first": (
            "more than four: one that is not examined might be another's",
            [cookies(MINE + b"; " + _different(4))],
        ),
    }
    return [
        *(
            accepted(f"cookies-{name}", RULE, about, headers, used=COOKIE_ACCEPTED)
            for name, (about, headers) in one.items()
        ),
        accepted(
            "cookies-first-of-one-principal",
            RULE,
            "two tokens of one person, and the first is taken",
            [cookies(COOKIE + OTHER_SESSION + b"; " + MINE)],
            OTHER_SESSION,
            {**USER, "session": "another session"},
            COOKIE_ACCEPTED,
        ),
        no_token(
            "cookies-both-empty",
            RULE,
            "one value, and it is empty",
            [cookie(b""), cookie(b"")],
            COOKIE_ACCEPTED,
        ),
        refused(
            "cookies-same-expired",
            RULE,
            "the same twice is judged as once",
            [cookie(EXPIRED_TOKEN), cookie(EXPIRED_TOKEN)],
            "EXPIRED",
            EXPIRED_TOKEN,
            COOKIE_ACCEPTED,
        ),
        refused(
            "cookies-email-of-the-other",
            RULE,
            "the e-mail header is compared with the token that is taken",
            [
                cookies(COOKIE + ORG_TOKEN + b"; " + MINE),
                ("Cf-Access-Authenticated-User-Email", b"x@example.com"),
            ],
            "IDENTITY_MISMATCH",
            USER_TOKEN,
            COOKIE_ACCEPTED,
        ),
        *(
            refused(f"cookies-{name}", RULE, about, headers, "MALFORMED", None, COOKIE_ACCEPTED)
            for name, (about, headers) in malformed.items()
        ),
    ]


def _different(count: int) -> bytes:
    """Cookies that do not verify, each with a value of its own."""
    return b"".join(COOKIE + b"rubbish-%d; " % number for number in range(count))
