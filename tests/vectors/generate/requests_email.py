"""The e-mail header, which is never believed: it says what the token says, or the request is refused."""

from __future__ import annotations

from carried import (
    ADMIN_ADDRESS,
    COOKIE_ACCEPTED,
    EMAIL,
    SERVICE_TOKEN,
    USER,
    USER_ADDRESS,
    USER_TOKEN,
    Headers,
    assertion,
    cookie,
    email,
    no_token,
    refused,
)
from mint import person, token
from vector import SERVICE, Request, config

RULE = "request/email"
POLICIES = ("check", "require", "ignore")

# What the header may hold, and under which policies a person's request is accepted with it.
OF_PERSON: dict[str, tuple[list[bytes], tuple[str, ...]]] = {
    "absent": ([], ("check", "ignore")),
    "equal": ([USER_ADDRESS], POLICIES),
    "different": ([ADMIN_ADDRESS], ("ignore",)),
    "other-case": ([b"User@Example.com"], POLICIES),
    "other-letter": ([b"us\xc3\xa9r@example.com"], ("ignore",)),
    "empty": ([b""], ("ignore",)),
    "twice-equal": ([USER_ADDRESS, USER_ADDRESS], ("ignore",)),
    "twice-different": ([USER_ADDRESS, ADMIN_ADDRESS], ("ignore",)),
    "empty-and-equal": ([b"", USER_ADDRESS], ("ignore",)),
    "joined": ([USER_ADDRESS + b"," + ADMIN_ADDRESS], ("ignore",)),
    "space-before": ([b" " + USER_ADDRESS], ("ignore",)),
    "space-after": ([USER_ADDRESS + b" "], ("ignore",)),
    "only-space": ([b" "], ("ignore",)),
    "longer": ([USER_ADDRESS + b".evil.example"], ("ignore",)),
    "shorter": ([USER_ADDRESS[:-1]], ("ignore",)),
    "nul-after": ([USER_ADDRESS + b"\0"], ("ignore",)),
    "with-name": ([b"User <" + USER_ADDRESS + b">"], ("ignore",)),
    "not-utf-8": ([b"\xff\xfe"], ("ignore",)),
    "subject": ([b"7335d417-61da-459d-899c-0a01c76a2f94"], ("ignore",)),
}
OF_SERVICE: dict[str, tuple[list[bytes], tuple[str, ...]]] = {
    "absent": ([], POLICIES),
    "empty": ([b""], POLICIES),
    "address": ([USER_ADDRESS], ("ignore",)),
    "client-id": ([b"e367826f93b8d71185e03fe518aff3b4.access"], ("ignore",)),
    "space": ([b" "], ("ignore",)),
    "twice-empty": ([b"", b""], ("ignore",)),
}


def vectors() -> list[Request]:
    return [
        *(_of("person", name, policy) for name in OF_PERSON for policy in POLICIES),
        *(_of("service", name, policy) for name in OF_SERVICE for policy in POLICIES),
        *_default(),
        *_names(),
        *_addresses(),
    ]


def _of(kind: str, name: str, policy: str) -> Request:
    values, accepting = (OF_PERSON if kind == "person" else OF_SERVICE)[name]
    carried = USER_TOKEN if kind == "person" else SERVICE_TOKEN
    claims = USER if kind == "person" else SERVICE
    used = config(email_header=policy, **({} if kind == "person" else {"allow_services": "any"}))
    return _request(
        f"email-{policy}-{kind}-{name}",
        f"policy {policy}, a {kind}, the e-mail header {name.replace('-', ' ')}",
        [assertion(carried), *map(email, values)],
        claims if policy in accepting else None,
        used,
        carried,
    )


def _request(
    name: str,
    about: str,
    headers: Headers,
    claims: dict[str, object] | None,
    used: dict[str, object] | None = None,
    read: bytes = USER_TOKEN,
) -> Request:
    """Accepted with these claims, or a mismatch."""
    status = "IDENTITY_MISMATCH" if claims is None else "OK"
    return Request(name, RULE, about, headers, status, claims, used, read=read)


def _default() -> list[Request]:
    user = assertion(USER_TOKEN)
    return [
        _request("email-default-equal", "check is the default", [user, email(USER_ADDRESS)], USER),
        _request("email-default-different", "check is the default", [user, email(ADMIN_ADDRESS)], None),
        _request("email-before-token", "the order of headers is nothing", [email(ADMIN_ADDRESS), user], None),
        _request(
            "email-with-cookie-equal",
            "the same with the cookie",
            [cookie(USER_TOKEN), email(USER_ADDRESS)],
            USER,
            COOKIE_ACCEPTED,
        ),
        _request(
            "email-with-cookie-different",
            "the same with the cookie",
            [cookie(USER_TOKEN), email(ADMIN_ADDRESS)],
            None,
            COOKIE_ACCEPTED,
        ),
        *(
            no_token(
                f"email-alone-{policy}",
                RULE,
                "never believed by itself",
                [email(USER_ADDRESS)],
                config(email_header=policy),
            )
            for policy in POLICIES
        ),
    ]


def _names() -> list[Request]:
    user = assertion(USER_TOKEN)
    require = config(email_header="require")
    same = {"lower-case": EMAIL.lower(), "upper-case": EMAIL.upper()}
    other = {
        "underscores": EMAIL.replace("-", "_"),
        "longer": EMAIL + "s",
        "shorter": "Cf-Access-User-Email",
        "forwarded": "X-Forwarded-Email",
    }
    return [
        *(
            _request(
                f"email-name-{name}",
                f"{spelled}, which is the same",
                [user, email(ADMIN_ADDRESS, spelled)],
                None,
            )
            for name, spelled in same.items()
        ),
        *(
            _request(
                f"email-required-{name}",
                f"{spelled}, which is the same",
                [user, email(USER_ADDRESS, spelled)],
                USER,
                require,
            )
            for name, spelled in same.items()
        ),
        *(
            _request(
                f"email-not-{name}",
                f"{spelled} is another header",
                [user, email(ADMIN_ADDRESS, spelled)],
                USER,
            )
            for name, spelled in other.items()
        ),
        *(
            refused(
                f"email-required-not-{name}",
                RULE,
                f"{spelled} is another header",
                [user, email(USER_ADDRESS, spelled)],
                "IDENTITY_MISMATCH",
                USER_TOKEN,
                require,
            )
            for name, spelled in other.items()
        ),
    ]


def _addresses() -> list[Request]:
    """Addresses that are not plain: compared as UTF-8, and without regard to case in ASCII only."""
    umlaut = token(payload=person(email="bj\u00f6rn@example.com"))
    upper = token(payload=person(email="User@Example.com"))
    euro = token(payload=person(email="\u20ac@example.com"))
    kelvin = token(payload=person(email="k@example.com"))
    found = {
        "utf-8": (umlaut, "bj\u00f6rn@example.com".encode(), "bj\u00f6rn@example.com"),
        "latin-1": (umlaut, "bj\u00f6rn@example.com".encode("latin-1"), None),
        "decomposed": (umlaut, "bjo\u0308rn@example.com".encode(), None),
        "escaped": (umlaut, b"bj%C3%B6rn@example.com", None),
        "utf-8-other-case": (umlaut, "BJ\u00f6RN@example.com".encode(), "bj\u00f6rn@example.com"),
        "utf-8-upper": (umlaut, "BJ\u00d6RN@example.com".encode(), None),
        "utf-8-twice": (umlaut, mojibake("bj\u00f6rn@example.com"), "bj\u00f6rn@example.com"),
        "utf-8-three-times": (umlaut, mojibake(mojibake("bj\u00f6rn@example.com").decode()), None),
        "utf-8-twice-of-another": (umlaut, mojibake("bj\u00f8rn@example.com"), None),
        "euro": (euro, "\u20ac@example.com".encode(), "\u20ac@example.com"),
        "euro-twice": (euro, mojibake("\u20ac@example.com"), "\u20ac@example.com"),
        "kelvin-sign": (kelvin, "\u212a@example.com".encode(), None),
        "upper-equal": (upper, b"User@Example.com", "User@Example.com"),
        "upper-lowered": (upper, b"user@example.com", "User@Example.com"),
    }
    return [
        _request(
            f"email-address-{name}",
            "the header is the verified address, whatever the case of ASCII",
            [assertion(carried), email(value)],
            None if address is None else {"kind": "person", "email": address},
            read=carried,
        )
        for name, (carried, value, address) in found.items()
    ]


def mojibake(address: str) -> bytes:
    """What a server makes of it that reads headers as ISO-8859-1 and writes them as UTF-8."""
    return address.encode().decode("latin-1").encode()
