"""Makes tokens: one, or as many distinct ones as a cache has to keep."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

PERSON = Path(__file__).resolve().parents[1] / "tests" / "vectors" / "person.json"

LIFETIME = 2_592_000
"""Thirty days, so that tokens are minted seldom; a verifier accepts a little more by default."""
LEFT_AT_LEAST = 86_400
CHUNK = 1_000


class Signer:
    def __init__(self, pem: bytes, key_id: str) -> None:
        self.pem = pem
        self.key_id = key_id
        key = serialization.load_pem_private_key(pem, None)
        assert isinstance(key, rsa.RSAPrivateKey)
        self._key = key

    def sign(self, claims: dict[str, Any]) -> str:
        parts = ({"kid": self.key_id, "alg": "RS256", "typ": "JWT"}, claims)
        signing_input = ".".join(_encode(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
        signature = self._key.sign(signing_input.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signing_input}.{_encode(signature)}"

    def public_key(self) -> tuple[bytes, bytes]:
        """As DER (RFC 8017) and as PEM (RFC 7468)."""
        key = self._key.public_key()
        der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
        pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        return der, pem

    def jwk(self) -> dict[str, str]:
        numbers = self._key.public_key().public_numbers()
        n, e = (
            _encode(number.to_bytes(-(-number.bit_length() // 8), "big")) for number in (numbers.n, numbers.e)
        )
        return {"kty": "RSA", "kid": self.key_id, "alg": "RS256", "use": "sig", "n": n, "e": e}


def person(issuer: str, audience: str, email: str, now: int) -> dict[str, Any]:
    """The claims of the person that all tests share, valid now."""
    claims: dict[str, Any] = json.loads(PERSON.read_bytes())
    times = {"exp": now + 86_400, "iat": now - 60, "nbf": now - 60}
    return {**claims, "aud": [audience], "email": email, "iss": issuer, **times}


def mint(path: Path, count: int, signer: Signer, claims: dict[str, Any]) -> None:
    """Writes `count` distinct tokens, one a line. Those of earlier runs are used again."""
    there = _keep_usable(path, claims["iat"])
    if there >= count:
        return
    chunks = [range(start, min(start + CHUNK, count)) for start in range(there, count, CHUNK)]
    print(f"signing {count - there:,} tokens, kept in {path}", flush=True)
    with path.open("a") as file, ProcessPoolExecutor(os.cpu_count()) as pool:
        for lines in pool.map(_sign_all, ((signer.pem, signer.key_id, claims, chunk) for chunk in chunks)):
            file.write(lines)


def _keep_usable(path: Path, now: int) -> int:
    """How many tokens there are. All have the length of the first, and expire when it does or later; what was
    interrupted or grew old goes."""
    path.touch()
    with path.open() as file:
        first = file.readline()
    payload = json.loads(decode(first.split(".")[1])) if first.endswith("\n") else {"exp": 0}
    count = path.stat().st_size // len(first) if payload["exp"] > now + LEFT_AT_LEAST else 0
    os.truncate(path, count * len(first))
    return count


def _sign_all(work: tuple[bytes, str, dict[str, Any], range]) -> str:
    pem, key_id, claims, numbers = work
    signer = Signer(pem, key_id)
    tokens = (signer.sign(_numbered(claims, number)) for number in numbers)
    return "".join(f"{token}\n" for token in tokens)


def _numbered(claims: dict[str, Any], number: int) -> dict[str, Any]:
    """As long as any other, and of another session of another person."""
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    return {
        **claims,
        "exp": claims["iat"] + LIFETIME,
        "sub": f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}",
        "identity_nonce": digest[32:48],
    }


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
