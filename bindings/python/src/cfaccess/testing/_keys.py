"""Keys that are made for one run of the tests."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from ._jose import base64url


class SigningKey:
    """An RSA-2048 key."""

    def __init__(self) -> None:
        self._private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = self._private.public_key()
        self.public_pem = public.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        numbers = public.public_numbers()
        self.kid = hashlib.sha256(self.public_pem).hexdigest()
        self.jwk: dict[str, Any] = {
            "kid": self.kid,
            "kty": "RSA",
            "alg": "RS256",
            "use": "sig",
            "e": base64url(numbers.e.to_bytes(3, "big")),
            "n": base64url(numbers.n.to_bytes(256, "big")),
            "cfaccess_local": True,
        }

    def sign(self, message: bytes) -> bytes:
        """RSASSA-PKCS1-v1_5 with SHA-256."""
        return self._private.sign(message, padding.PKCS1v15(), hashes.SHA256())


class LocalKeys:
    """The key that signs, and the one before it."""

    def __init__(self) -> None:
        self.current = SigningKey()
        self.previous = SigningKey()

    def rotated(self) -> LocalKeys:
        """These keys after a rotation: a new one signs, the one that signed before is still published."""
        keys = object.__new__(LocalKeys)
        keys.current, keys.previous = SigningKey(), self.current
        return keys

    def document(self) -> str:
        """The key document, as `/cdn-cgi/access/certs` has it."""
        return json.dumps({"keys": [self.current.jwk, self.previous.jwk]})
