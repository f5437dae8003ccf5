"""The rows of other libraries, each with a key object that is prepared once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Callable

import joserfc.jwt
import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from joserfc.jwk import RSAKey

ALGORITHMS = ["RS256"]


def prepare_peers(folder: Path) -> dict[str, Callable[[], object]]:
    token = (folder / "token").read_bytes()
    issuer, audience = ((folder / name).read_text() for name in ("issuer", "audience"))
    key = json.loads((folder / "keys.json").read_bytes())["keys"][0]
    return {
        "pyjwt": pyjwt(token, key, issuer, audience),
        "joserfc": joserfc_jwt(token, key, issuer, audience),
    }


def pyjwt(token: bytes, jwk: dict[str, str], issuer: str, audience: str) -> Callable[[], object]:
    key = jwt.PyJWK(jwk).key
    assert isinstance(key, RSAPublicKey)
    return lambda: jwt.decode(token, key, algorithms=ALGORITHMS, audience=audience, issuer=issuer)["email"]


def joserfc_jwt(token: bytes, jwk: dict[str, str], issuer: str, audience: str) -> Callable[[], object]:
    key = RSAKey.import_key({name: jwk[name] for name in ("kty", "n", "e")})
    registry = joserfc.jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": audience},
        exp={"essential": True},
    )

    def run() -> object:
        claims = joserfc.jwt.decode(token, key, algorithms=ALGORITHMS).claims
        registry.validate(claims)
        return claims["email"]

    return run
