"""Stands in for Access: signs the token of a person who logs in now, with a key of the tests and nothing but
the standard library."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from pathlib import Path

VECTORS = Path(__file__).resolve().parents[2] / "tests" / "vectors"
DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")  # of SHA-256, RFC 8017 section 9.2


def token() -> str:
    """A session of an hour."""
    now = int(time.time())
    person = json.loads((VECTORS / "person.json").read_bytes())
    (key, *_) = json.loads((VECTORS / "acme.jwks.json").read_bytes())["keys"]
    claims = {**person, "iat": now, "nbf": now, "exp": now + 3600}
    message = ".".join(map(_part, ({"alg": "RS256", "kid": key["kid"], "typ": "JWT"}, claims)))
    return f"{message}.{_base64url(_sign(message.encode()))}"


def _part(value: object) -> str:
    return _base64url(json.dumps(value, separators=(",", ":")).encode())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _sign(message: bytes) -> bytes:
    """RSASSA-PKCS1-v1_5 with SHA-256."""
    modulus, _, exponent = _integers(_private_key())[1:4]
    size = (modulus.bit_length() + 7) // 8
    digest = DIGEST_INFO + hashlib.sha256(message).digest()
    padded = b"\0\1" + b"\xff" * (size - len(digest) - 3) + b"\0" + digest
    return pow(int.from_bytes(padded, "big"), exponent, modulus).to_bytes(size, "big")


def _private_key() -> bytes:
    """RSAPrivateKey (RFC 8017 appendix A.1.2), the last member of PrivateKeyInfo (RFC 5208 section 5)."""
    lines = (VECTORS / "keys" / "acme-1.pem").read_text(encoding="ascii").splitlines()
    _, _, (_, key) = _members(base64.b64decode("".join(lines[1:-1])))
    return key


def _integers(sequence: bytes) -> list[int]:
    return [int.from_bytes(content, "big") for _, content in _members(sequence)]


def _members(sequence: bytes) -> list[tuple[int, bytes]]:
    """Tag and content of each member of a SEQUENCE, in DER."""
    _, rest, _ = _read(sequence)
    members = []
    while rest:
        tag, content, rest = _read(rest)
        members.append((tag, content))
    return members


def _read(data: bytes) -> tuple[int, bytes, bytes]:
    """Tag, content and what follows."""
    length, start = data[1], 2
    if length >= 0x80:
        start += length - 0x80
        length = int.from_bytes(data[2:start], "big")
    return data[0], data[start : start + length], data[start + length :]
