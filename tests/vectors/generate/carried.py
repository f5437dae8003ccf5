"""What requests are made of: the headers that matter, and tokens to put into them."""

from __future__ import annotations

from mint import AUDIENCE, HOST, ISSUER, NOW, OTHER_AUDIENCE, Object, person, service, token
from vector import Request, config

from keys import STRANGER

ASSERTION = "Cf-Access-Jwt-Assertion"
EMAIL = "Cf-Access-Authenticated-User-Email"
COOKIE = b"CF_Authorization="

USER_ADDRESS = b"user@example.com"
ADMIN_ADDRESS = b"admin@example.com"
ADMIN_SUBJECT = "ca639bb9-26ab-42e5-b9bf-3aea27b331fd"

# Two people and a service, all of them accepted, so that it shows whose token was read.
USER_TOKEN = token()
ADMIN_TOKEN = token(payload=person(sub=ADMIN_SUBJECT, email=ADMIN_ADDRESS.decode()))
SERVICE_TOKEN = token(payload=service())
USER: Object = {"kind": "person", "email": "user@example.com"}
ADMIN: Object = {
    "kind": "person",
    "email": "admin@example.com",
    "principal_id": f"{HOST}/person/{ADMIN_SUBJECT}",
}

# The global session of a person: its cookie on the team's own domain has the name of an application's.
ORG: Object = {
    "aud": [OTHER_AUDIENCE],
    "email": "user@example.com",
    "exp": NOW + 86340,
    "iat": NOW - 60,
    "nbf": NOW - 60,
    "iss": ISSUER,
    "sub": "7335d417-61da-459d-899c-0a01c76a2f94",
    "type": "org",
    "identity_nonce": "6ei69kawdKzMIAPF",
}
ORG_TOKEN = token(payload=ORG)
ORG_TOKEN_FOR_US = token(payload={**ORG, "aud": [AUDIENCE]})
FORGED_TOKEN = token(key=STRANGER)
EXPIRED_TOKEN = token(payload=person(exp=NOW - 31))
OPAQUE = b"oauth:3bFv0PzK1dQmYx7uWnLr2cHs"

COOKIE_ACCEPTED = config(accept_cookie=True)

Headers = list[tuple[str, bytes]]


def assertion(value: bytes, name: str = ASSERTION) -> tuple[str, bytes]:
    return name, value


def cookie(value: bytes, name: str = "Cookie") -> tuple[str, bytes]:
    """The cookie of Access, alone in its header."""
    return name, COOKIE + value


def cookies(header: bytes) -> tuple[str, bytes]:
    return "Cookie", header


def email(value: bytes, name: str = EMAIL) -> tuple[str, bytes]:
    return name, value


def no_token(name: str, rule: str, about: str, headers: Headers, used: Object | None = None) -> Request:
    return Request(name, rule, about, headers, "NO_TOKEN", config=used)


def refused(
    name: str,
    rule: str,
    about: str,
    headers: Headers,
    status: str,
    read: bytes | None,
    used: Object | None = None,
) -> Request:
    return Request(name, rule, about, headers, status, config=used, read=read)


def accepted(
    name: str,
    rule: str,
    about: str,
    headers: Headers,
    read: bytes = USER_TOKEN,
    claims: Object = USER,
    used: Object | None = None,
) -> Request:
    return Request(name, rule, about, headers, "OK", claims, used, read=read)
