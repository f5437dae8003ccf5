"""Other implementations agree: `cryptography` signs what is accepted here, and PyJWT accepts it too."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from cfaccess import AccessError, Keys
from support import (
    AUDIENCE,
    CLIENT_ID,
    ISSUER,
    NOW,
    VECTORS,
    certs,
    joined,
    mint,
    new_verifier,
    person,
    service,
)
from support import vectors as shared
from test_bad_input import mutated
from test_vectors import verifier_of

TOKENS = shared("tokens")
ACCEPTED = [vector for vector in TOKENS["vectors"] if vector["status"] == "OK"]
# Its clock is the system's, and `jti` is no business of Access.
PYJWT_OPTIONS = {
    "require": ["exp", "iat", "iss", "aud"],
    **{f"verify_{claim}": False for claim in ("exp", "nbf", "iat", "jti")},
}


def pyjwt_claims(token: bytes, document: str, audiences: list[str]) -> dict[str, Any]:
    """What PyJWT reads from the token; raises if it refuses."""
    jwt = pytest.importorskip("jwt", reason="the Python package PyJWT is missing")
    keys = {key["kid"]: key for key in json.loads(document)["keys"]}
    key = jwt.PyJWK(keys[jwt.get_unverified_header(token)["kid"]], algorithm="RS256")
    claims: dict[str, Any] = jwt.decode(
        token,
        key,
        algorithms=["RS256"],
        audience=audiences,
        options=PYJWT_OPTIONS,
    )
    return claims


@pytest.mark.parametrize("key", ["acme-1", "acme-2", "acme-3072", "acme-4096"])
def test_tokens_of_cryptography_are_accepted(key: str) -> None:
    verifier = new_verifier(Keys.from_json(certs(key)), allow_services=[CLIENT_ID])

    assert verifier.verify(mint(person(), key=key), now=NOW).kind == "person"
    assert verifier.verify(mint(service(), key=key), now=NOW).kind == "service"


@pytest.mark.parametrize("vector", ACCEPTED, ids=lambda vector: str(vector["name"]))
def test_pyjwt_accepts_what_is_accepted_here(vector: dict[str, Any]) -> None:
    token = joined(vector["token"])
    document = (VECTORS / vector.get("keys", TOKENS["defaults"]["keys"])).read_text("utf-8")
    config = vector.get("config", TOKENS["defaults"]["config"])

    claims = verifier_of(vector).verify(token, now=vector.get("now", TOKENS["defaults"]["now"]))

    assert claims.payload == pyjwt_claims(token, document, config["audiences"])


def test_no_mutation_is_accepted_that_pyjwt_refuses() -> None:
    chance = random.Random(20260101)
    document = certs("acme-1", "acme-2")
    verifier = new_verifier(Keys.from_json(document))
    tokens = [mint(person(), key=key) for key in ("acme-1", "acme-2")]

    for _ in range(5000):
        token = mutated(chance.choice(tokens), chance)
        try:
            accepted = verifier.verify(token, now=NOW)
        except AccessError:
            continue
        assert pyjwt_claims(token.encode(), document, [AUDIENCE]) == accepted.payload


def test_no_random_claims_are_accepted_that_pyjwt_refuses() -> None:
    chance = random.Random(20260102)
    document = certs("acme-1")
    verifier = new_verifier(Keys.from_json(document), allow_services="any")
    values: list[Any] = [
        None,
        0,
        1,
        NOW,
        -1,
        1.5,
        "",
        "x",
        True,
        [],
        {},
        [AUDIENCE],
        AUDIENCE,
        ISSUER,
        "app",
        [5],
    ]
    accepted = 0

    for _ in range(300):
        base = chance.choice([person, service])()
        claims = {
            **base,
            **{name: chance.choice(values) for name in chance.sample(sorted(base), k=chance.randint(0, 2))},
        }
        token = mint(claims)
        try:
            verified = verifier.verify(token, now=NOW)
        except AccessError:
            continue
        accepted += 1
        assert pyjwt_claims(token.encode(), document, [AUDIENCE]) == verified.payload == claims

    assert accepted > 0
