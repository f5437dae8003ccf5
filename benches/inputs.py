"""The tokens that are measured, and what verifies them, as files that every language reads alike."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

TEAM = "acme"
EMAIL = "user@example.com"
ISSUER = "https://acme.cloudflareaccess.com"
TOKENS = 3000
"""How many tokens are seen for the first time, until a new verifier begins again."""
AUDIENCE = "32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228"


def write(vectors: Path, folder: Path) -> int:
    """Writes the inputs, and returns the length of the token."""
    keys = (vectors / "acme.jwks.json").read_bytes()
    pem = (vectors / "keys" / "acme-1.pem").read_bytes()
    key = serialization.load_pem_private_key(pem, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    # The peers know no other time than the clock's.
    now = int(time.time())
    key_id = json.loads(keys)["keys"][0]["kid"]
    token = _sign(key, key_id, _person(now))
    signing_input, signature = token.rsplit(".", 1)
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)

    folder.mkdir(parents=True, exist_ok=True)
    contents: dict[str, str | bytes] = {
        "keys.json": keys,
        "key.der": public,
        "team": TEAM,
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "now": str(now),
        "token": token,
        "request": "\n".join(f"{name}: {value}" for name, value in _request(token)),
        "signing_input": signing_input,
        "signature": _decode(signature),
        "tokens": "\n".join(_sign(key, key_id, _person(now, number)) for number in range(TOKENS)),
        # The dearest ways to be refused: each is a whole token with one flaw, seen as late as can be.
        "malformed": f"{token[:-2]}!{token[-1:]}",
        "unknown_key": _sign(key, key_id[::-1], _person(now)),
        "bad_signature": f"{signing_input}.{signature[:100]}{'AB'[signature[100] == 'A']}{signature[101:]}",
        "garbage": "not a token",
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return len(token)


def _person(now: int, number: int = 0) -> dict[str, Any]:
    return {
        "aud": [AUDIENCE],
        "email": EMAIL,
        "exp": now + 86_400,
        "iat": now - 60,
        "nbf": now - 60,
        "iss": ISSUER,
        "type": "app",
        "identity_nonce": f"6ei69kawdKzM{number:04}",
        "sub": "7335d417-61da-459d-899c-0a01c76a2f94",
        "country": "US",
    }


def _request(token: str) -> list[tuple[str, str]]:
    """What arrives at a server behind Access when a browser asks for a page."""
    browser = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0"
    cookies = f"theme=dark; session=3f1c9a7be2d84f06; CF_Authorization={token}; _ga=GA1.1.17.1767225600"
    return [
        ("Host", "app.example.com"),
        ("User-Agent", browser),
        ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
        ("Accept-Encoding", "gzip, br"),
        ("Accept-Language", "en-US,en;q=0.9"),
        ("Cookie", cookies),
        ("Cf-Access-Authenticated-User-Email", EMAIL),
        ("Cf-Access-Jwt-Assertion", token),
        ("Cf-Connecting-Ip", "198.51.100.7"),
        ("Cf-Ray", "8f0c2a1b3d4e5f60-DFW"),
        ("X-Forwarded-For", "198.51.100.7"),
        ("X-Forwarded-Proto", "https"),
    ]


def _sign(key: rsa.RSAPrivateKey, key_id: str, claims: dict[str, Any]) -> str:
    parts = ({"kid": key_id, "alg": "RS256", "typ": "JWT"}, claims)
    signing_input = ".".join(_encode(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
    signature = key.sign(signing_input.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signing_input}.{_encode(signature)}"


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
