"""Keys by name, the documents that hold them, and tokens that are valid now.

Keys and claims are those of the shared vectors.
"""

from __future__ import annotations

import sys
import time
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa

sys.path.append(str(Path(__file__).resolve().parents[1] / "vectors" / "generate"))

import mint

import keys as vector_keys

AUDIENCE = mint.AUDIENCE
"""The one that tokens are for."""


@cache
def key(name: str) -> vector_keys.TestKey:
    """A key of tests/vectors/keys such as `acme-1`, or one that is made when its name, which begins with
    `fresh`, is first called in this process."""
    if name.startswith("fresh"):
        return vector_keys.TestKey(name, rsa.generate_private_key(public_exponent=65537, key_size=2048))
    return vector_keys.key(name)


def token(name: str = "acme-1", lifetime: int = 3600, age: int = 60, **header: object) -> str:
    """A person's token for the audience of the vectors, signed with this key: it began `age` seconds ago and
    ends in `lifetime` seconds."""
    now = int(time.time())
    claims = mint.person(iat=now - age, nbf=now - age, exp=now + lifetime)
    head = mint.header(**{"kid": key(name).kid, **header})
    return mint.token(head, claims, key(name)).decode("ascii")


def document(*names: str) -> bytes:
    """A key document as Access serves it, with the public halves of these keys."""
    return mint.dump({"keys": [key(name).jwk() for name in names]})


def document_of_many(name: str) -> bytes:
    """A document with this key and 32 more entries of it under other names: one more than is taken."""
    others = [key(name).jwk(kid=f"{number:064x}") for number in range(32)]
    return mint.dump({"keys": [key(name).jwk(), *others]})
