"""The tokens that are measured, and the keys that verify them, as files for every language."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from programs import ROOT
from signing import Signer, decode, mint, person

TEAM = "acme"
EMAIL = "user@example.com"
ISSUER = "https://acme.cloudflareaccess.com"
AUDIENCE = "32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228"
CACHED = 100_000
"""The least number of distinct tokens in the file `tokens`."""
HOT = 1_000


def write(folder: Path, cached: int = CACHED) -> int:
    """Writes the inputs, and returns the length of the token."""
    vectors = ROOT / "tests" / "vectors"
    keys = (vectors / "acme.jwks.json").read_bytes()
    pem = (vectors / "keys" / "acme-1.pem").read_bytes()
    # The peers verify at the time of the clock only.
    now = int(time.time())
    signer = Signer(pem, json.loads(keys)["keys"][0]["kid"])
    claims = person(ISSUER, AUDIENCE, EMAIL, now)
    token = signer.sign(claims)
    signing_input, signature = token.rsplit(".", 1)
    der, spki = signer.public_key()

    folder.mkdir(parents=True, exist_ok=True)
    contents: dict[str, str | bytes] = {
        "keys.json": keys,
        "key.der": der,
        "key.pem": spki,
        "team": TEAM,
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "email": EMAIL,
        "now": str(now),
        "token": token,
        "request": "\n".join(f"{name}: {value}" for name, value in _request(token)),
        "signing_input": signing_input,
        "signature": decode(signature),
        # The most expensive refusals: each is a whole token with one flaw, found as late as possible.
        "malformed": f"{token[:-2]}!{token[-1:]}",
        "unknown_key": Signer(pem, signer.key_id[::-1]).sign(claims),
        "bad_signature": f"{signing_input}.{signature[:100]}{'AB'[signature[100] == 'A']}{signature[101:]}",
        "garbage": "not a token",
        **_of_32_keys(signer, claims),
        **_of_1000_audiences(signer, claims),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    mint(folder / "tokens", cached, signer, claims)
    return len(token)


def _of_32_keys(first: Signer, claims: dict[str, Any]) -> dict[str, str]:
    signers = [first, *(_new_signer(f"key-{number}") for number in range(1, 32))]
    tokens = [signers[number % 32].sign({**claims, "sub": f"user {number:03}"}) for number in range(HOT)]
    keys = [signer.jwk() for signer in signers]
    return {"32_keys.json": json.dumps({"keys": keys}), "tokens_of_32_keys": "\n".join(tokens)}


def _of_1000_audiences(signer: Signer, claims: dict[str, Any]) -> dict[str, str]:
    audiences = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(1_000)]
    tokens = [signer.sign({**claims, "aud": [audience]}) for audience in audiences]
    return {"1000_audiences": "\n".join(audiences), "tokens_of_1000_audiences": "\n".join(tokens)}


def _new_signer(key_id: str) -> Signer:
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return Signer(pem, key_id)


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
