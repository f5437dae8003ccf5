"""Makes tokens: header and payload of a good token, changed where a vector wants it, and signed."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256

from keys import ACME, TestKey, base64url, changed

NOW = 1767225600
TEAM = "acme"
HOST = "acme.cloudflareaccess.com"
ISSUER = f"https://{HOST}"
AUDIENCE = "32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228"
OTHER_AUDIENCE = "97e2aae120121f902df8bc99fc345913ab186d174f3079ea729236766b2e7c4a"
SUBJECT = "7335d417-61da-459d-899c-0a01c76a2f94"
CLIENT_ID = "e367826f93b8d71185e03fe518aff3b4.access"
# The longest lifetime that is accepted by default, and the longest that can be configured, in seconds.
LIFETIME = 2_628_060
LIFETIME_MAX = 31_622_400

PERSON = Path(__file__).resolve().parent.parent / "person.json"

Object = dict[str, object]


class Raw(str):
    """JSON text that is written as it stands, where Python would write it another way."""


def dump(value: object) -> bytes:
    """JSON without white space, in the order of the members."""
    return _text(value).encode("utf-8")


def _text(value: object) -> str:
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{_text(name)}:{_text(member)}" for name, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_text(member) for member in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def with_members(object_json: bytes, members: str) -> bytes:
    """The object with more members at its end: the way to write one name twice."""
    return object_json[:-1] + b"," + members.encode("utf-8") + b"}"


def header(**changes: object) -> Object:
    """A good header."""
    return changed({"alg": "RS256", "kid": ACME.kid, "typ": "JWT"}, changes)


def person(**changes: object) -> Object:
    """The claims of the person that all tests share, who has just logged in for a day."""
    claims: Object = json.loads(PERSON.read_bytes())
    return changed(claims, changes)


def service(**changes: object) -> Object:
    """The claims of a service token."""
    claims: Object = {
        "type": "app",
        "aud": [AUDIENCE],
        "exp": NOW + 86340,
        "iss": ISSUER,
        "common_name": CLIENT_ID,
        "iat": NOW - 60,
        "sub": "",
    }
    return changed(claims, changes)


def older(**changes: object) -> Object:
    """The claims of a person in the older shape: a `nonce`, no `type`, no `nbf`."""
    claims: Object = {
        "aud": [AUDIENCE],
        "email": "user@example.com",
        "exp": NOW + 86340,
        "iat": NOW - 60,
        "iss": ISSUER,
        "nonce": "1d8082644c9d48ae90ac4c1a5a6f5b4b4b8b2ef4c1a3f7d6e59c0b1a2d3e4f50",
        "sub": SUBJECT,
    }
    return changed(claims, changes)


def sign(key: TestKey, message: bytes) -> bytes:
    """RS256."""
    return key.private.sign(message, padding.PKCS1v15(), SHA256())


def signing_input(head: Object | bytes, payload: Object | bytes) -> bytes:
    """The first two parts of a token; bytes are taken as they are, objects as JSON."""
    parts = [part if isinstance(part, bytes) else dump(part) for part in (head, payload)]
    return ".".join(base64url(part) for part in parts).encode("ascii")


def token(
    head: Object | bytes | None = None, payload: Object | bytes | None = None, key: TestKey = ACME
) -> bytes:
    """A signed token; a missing part is that of a good one."""
    message = signing_input(header() if head is None else head, person() if payload is None else payload)
    return attach(message, sign(key, message))


def attach(message: bytes, signature: bytes) -> bytes:
    """The token of a signing input and a signature."""
    return message + b"." + base64url(signature).encode("ascii")


def decode(part: bytes) -> bytes:
    """Base64url, as lenient as Python reads it."""
    return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
