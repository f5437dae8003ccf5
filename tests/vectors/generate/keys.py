"""The test keys: RSA private keys that exist only for these vectors, made once and then read from `keys/`."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

FOLDER = Path(__file__).resolve().parent.parent / "keys"
DOCS_KID = "9338abe1baf2fe492f646a736f25afbf7b025e35c627be4f60c414d4c73069b8"
SIZES = {
    "acme-1": 2048,
    "acme-2": 2048,
    "acme-3072": 3072,
    "acme-4096": 4096,
    "other-team": 2048,
    "stranger": 2048,
}

Jwk = dict[str, object]


def base64url(data: bytes) -> str:
    """Base64url without padding, as RFC 7515 writes it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def number(value: int) -> str:
    """A positive integer as base64url of its shortest big-endian form."""
    return base64url(value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


@dataclass(frozen=True)
class TestKey:
    """One RSA key with the names of its parts in a JWK."""

    name: str
    private: rsa.RSAPrivateKey

    @property
    def public(self) -> rsa.RSAPublicKey:
        return self.private.public_key()

    @property
    def modulus(self) -> int:
        return self.public.public_numbers().n

    @property
    def size(self) -> int:
        """Length of a signature in bytes."""
        return self.private.key_size // 8

    @property
    def kid(self) -> str:
        """SHA-256 of the DER public key, the way Access names its keys."""
        return hashlib.sha256(self.spki(Encoding.DER)).hexdigest()

    def spki(self, encoding: Encoding) -> bytes:
        return self.public.public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)

    def pkcs1(self, encoding: Encoding) -> bytes:
        return self.public.public_bytes(encoding, PublicFormat.PKCS1)

    def jwk(self, **changes: object) -> Jwk:
        """The public key as Access publishes it; a change to `DROP` takes the member away."""
        members: Jwk = {
            "kid": self.kid,
            "kty": "RSA",
            "alg": "RS256",
            "use": "sig",
            "e": "AQAB",
            "n": number(self.modulus),
        }
        return changed(members, changes)


class Drop:
    """The type of `DROP`."""


DROP = Drop()


def changed(members: dict[str, object], changes: dict[str, object]) -> dict[str, object]:
    """A copy with some members replaced, added at the end, or dropped."""
    return {name: value for name, value in {**members, **changes}.items() if value is not DROP}


@cache
def key(name: str) -> TestKey:
    """The test key of that name, made on first use ever."""
    path = FOLDER / f"{name}.pem"
    if not path.exists():
        FOLDER.mkdir(exist_ok=True)
        made = rsa.generate_private_key(public_exponent=65537, key_size=SIZES[name])
        path.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    private = load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(private, rsa.RSAPrivateKey)
    return TestKey(name, private)


ACME = key("acme-1")
ACME_2 = key("acme-2")
ACME_3072 = key("acme-3072")
ACME_4096 = key("acme-4096")
OTHER_TEAM = key("other-team")
STRANGER = key("stranger")
