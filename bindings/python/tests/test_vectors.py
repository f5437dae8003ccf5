"""The shared vectors: the same bytes give the same verdict in every language."""

from __future__ import annotations

from typing import Any

import pytest
from cfaccess import AccessError, Keys, Verifier
from support import NOW, VECTORS, attributes, joined, mint, person, status_of, vectors

TOKENS = vectors("tokens")
DEFAULTS = TOKENS["defaults"]
Vector = dict[str, Any]


def by_name(vector: Vector) -> str:
    return str(vector["name"])


def verifier_of(vector: Vector) -> Verifier:
    keys = Keys.from_file(VECTORS / vector.get("keys", DEFAULTS["keys"]))
    return Verifier(keys=keys, **vector.get("config", DEFAULTS["config"]))


@pytest.mark.parametrize(
    ("file", "members"),
    [
        ("tokens", {"config", "keys", "now", "token", "claims", "message"}),
        ("requests", {"config", "now", "headers", "claims"}),
        ("keys", {"document", "keys", "skipped", "local"}),
        ("configs", {"config", "keys", "issuer", "warnings"}),
        ("local", {"team", "local"}),
    ],
)
def test_every_member_of_the_vectors_is_read(file: str, members: set[str]) -> None:
    known = {"name", "rule", "about", "status", *members}

    unknown = {member for vector in vectors(file)["vectors"] for member in vector} - known

    assert not unknown


@pytest.mark.parametrize("vector", TOKENS["vectors"], ids=by_name)
def test_token_has_its_verdict(vector: Vector) -> None:
    verifier = verifier_of(vector)
    now = vector.get("now", DEFAULTS["now"])

    verdict = status_of(lambda: verifier.verify(joined(vector["token"]), now=now))

    assert verdict == vector["status"], vector["about"]


@pytest.mark.parametrize("vector", [v for v in TOKENS["vectors"] if "claims" in v], ids=by_name)
def test_accepted_token_says_what_was_signed(vector: Vector) -> None:
    claims = verifier_of(vector).verify(joined(vector["token"]), now=vector.get("now", DEFAULTS["now"]))

    said = {name: getattr(claims, name) for name in vector["claims"]}
    said.update({name: list(value) for name, value in said.items() if isinstance(value, tuple)})

    assert said == vector["claims"]


@pytest.mark.parametrize("vector", TOKENS["vectors"], ids=by_name)
def test_verdict_and_claims_are_the_same_from_the_cache(vector: Vector) -> None:
    verifier = verifier_of(vector)
    token, now = joined(vector["token"]), vector.get("now", DEFAULTS["now"])

    def outcome() -> object:
        try:
            return attributes(verifier.verify(token, now=now))
        except AccessError as refusal:
            return refusal.status, refusal.message

    assert outcome() == outcome()
    assert verifier.stats()["hits"] == (1 if vector["status"] == "OK" else 0)


@pytest.mark.parametrize("vector", [v for v in TOKENS["vectors"] if v["status"] != "OK"], ids=by_name)
def test_refusal_is_one_line_without_the_token(vector: Vector) -> None:
    token = joined(vector["token"])
    with pytest.raises(AccessError) as caught:
        verifier_of(vector).verify(token, now=vector.get("now", DEFAULTS["now"]))

    message = caught.value.message
    assert message == vector.get("message", message)
    assert 0 < len(message) <= 256
    assert message.isascii()
    assert message.isprintable()
    parts = [part for part in token.split(b".") if len(part) >= 12]
    assert not any(part in message.encode() for part in parts)


@pytest.mark.parametrize("vector", vectors("keys")["vectors"], ids=by_name)
def test_key_document_has_its_verdict(vector: Vector) -> None:
    document = joined(vector["document"])

    if vector["status"] != "OK":
        assert status_of(lambda: Keys.from_json(document)) == vector["status"], vector["about"]
        return

    status = Keys.from_json(document).status()
    assert sorted(key["kid"] for key in status["keys"]) == vector["keys"]
    assert [key["kid"] for key in status["skipped"]] == vector["skipped"]


@pytest.mark.parametrize("are_local", [False, True])
@pytest.mark.parametrize("vector", vectors("keys")["vectors"], ids=by_name)
def test_key_document_replaces_the_whole_set_or_nothing(vector: Vector, are_local: bool) -> None:
    keys = Keys.from_file(VECTORS / ("local.jwks.json" if are_local else "acme.jwks.json"))
    before = keys.status()
    is_foreign = vector["status"] == "OK" and vector.get("local", False) != are_local

    verdict = status_of(lambda: keys.load_json(joined(vector["document"])))

    assert verdict == ("KEYS_INVALID" if is_foreign else vector["status"]), vector["about"]
    after = sorted(key["kid"] for key in keys.status()["keys"])
    assert after == vector["keys"] if verdict == "OK" else keys.status() == before


@pytest.mark.parametrize("vector", vectors("local")["vectors"], ids=by_name)
def test_address_of_a_local_access_has_its_verdict(vector: Vector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CFACCESS_LOCAL", raising=False)

    verdict = status_of(lambda: Keys.remote(vector["team"], local=vector.get("local")))

    assert verdict == vector["status"], vector["about"]


def keys_of(vector: Vector) -> Keys:
    return Keys.from_file(VECTORS / vector.get("keys", "acme.jwks.json"))


@pytest.mark.parametrize("vector", vectors("configs")["vectors"], ids=by_name)
def test_configuration_has_its_verdict(vector: Vector) -> None:
    verdict = status_of(lambda: Verifier(keys=keys_of(vector), **vector["config"]))

    assert verdict == vector["status"], vector["about"]


@pytest.mark.parametrize(
    "vector", [v for v in vectors("configs")["vectors"] if v["status"] == "OK"], ids=by_name
)
def test_configuration_accepts_its_issuer(vector: Vector) -> None:
    config = vector["config"]
    verifier = Verifier(keys=keys_of(vector), **config)
    token = mint(person(iss=vector["issuer"], aud=config["audiences"][-1], exp=NOW + 1, iat=NOW, nbf=NOW))

    claims = verifier.verify(token, now=NOW)

    assert claims.issuer == vector["issuer"]
    assert len(verifier.warnings) == vector["warnings"]
