"""The shared vectors of revocations: what an entry hits is the same in every language."""

from __future__ import annotations

from typing import Any

import pytest
from cfaccess import Keys, Revocations, Verifier
from support import VECTORS, joined, status_of, vectors

FILE = vectors("revocation")
DEFAULTS = FILE["defaults"]
KEYS = Keys.from_file(VECTORS / DEFAULTS["keys"])
Vector = dict[str, Any]

MEMBERS = {"name", "rule", "about", "status", "config", "now", "team", "token", "headers", "writes"}
ENTRY = {"not_issued_after", "blocked_until", "expires_at"}


def make(revocations: Revocations, write: dict[str, Any]) -> None:
    options = {name: value for name, value in write.items() if name not in ("action", "kind", "value")}
    if write["action"] == "import":
        assert options.keys() <= ENTRY
        revocations.import_entries([{"kind": write["kind"], "value": write["value"], **options}])
        return
    target = {write["kind"]: True if write["kind"] == "team" else write["value"]}
    writes: dict[str, Any] = {
        "revoke": revocations.revoke,
        "block": revocations.block,
        "lift": revocations.lift,
    }
    writes[write["action"]](**target, **options)


def run(vector: Vector) -> None:
    """Ends with the status of the vector."""
    with Revocations.open("memory:", team=vector.get("team", "acme")) as revocations:
        verifier = Verifier(keys=KEYS, revocations=revocations, **vector.get("config", DEFAULTS["config"]))
        now = vector.get("now", DEFAULTS["now"])
        headers = [
            ("Cf-Access-Jwt-Assertion", FILE["tokens"].get(vector.get("token"), "")),
            *((name, joined(value)) for name, value in vector.get("headers", ())),
        ]
        status_of(lambda: verifier.verify_request(headers, now=now))  # into the cache
        for write in vector["writes"]:
            make(revocations, write)
        if "token" in vector:
            verifier.verify_request(headers, now=now)


def test_every_member_of_the_vectors_is_read() -> None:
    assert len(FILE["vectors"]) > 100
    assert {member for vector in FILE["vectors"] for member in vector} <= MEMBERS


@pytest.mark.parametrize("vector", FILE["vectors"], ids=lambda vector: str(vector["name"]))
def test_entries_hit_what_the_vector_says(vector: Vector) -> None:
    assert status_of(lambda: run(vector)) == vector["status"], vector["about"]
