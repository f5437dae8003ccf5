"""Why a token is refused, for people."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cfaccess import Verifier
from support import NOW, base64url, mint, person, status_of


def failed(explanation: dict[str, Any]) -> dict[str, str]:
    return {c["check"]: c["status"] for c in explanation["checks"] if c["result"] == "failed"}


def test_good_token_fails_no_check(verifier: Verifier, token: str) -> None:
    explanation = verifier.explain(token, now=NOW)

    assert failed(explanation) == {}
    assert len(explanation["checks"]) > 5


def test_every_fault_is_reported_at_once(verifier: Verifier) -> None:
    claims = person(
        iss="https://other.cloudflareaccess.com", aud=["0" * 64], exp=NOW - 100, iat=NOW - 200, nbf=None
    )

    statuses = set(failed(verifier.explain(mint(claims), now=NOW)).values())

    assert {"WRONG_ISSUER", "WRONG_AUDIENCE", "EXPIRED"} <= statuses


def test_bad_signature_is_reported_with_the_claims(verifier: Verifier, token: str) -> None:
    forged = token.rpartition(".")[0] + "." + base64url(b"\0" * 256)

    explanation = verifier.explain(forged, now=NOW)

    assert failed(explanation) == {"signature": "BAD_SIGNATURE"}
    assert "user@example.com" in json.dumps(explanation)


def test_signature_is_never_shown_and_nothing_is_a_verdict(verifier: Verifier, token: str) -> None:
    explanation = verifier.explain(token, now=NOW)

    assert token.rpartition(".")[2] not in json.dumps(explanation)
    assert set(explanation) == {"note", "now", "leeway", "warnings", "checks"}


def test_time_is_that_of_the_clock_by_default(verifier: Verifier, token: str) -> None:
    assert failed(verifier.explain(token)) == {"expiry": "EXPIRED"}


@pytest.mark.parametrize("token", ["", b"\xff\0", "a.b.c", "oauth:x", "x" * 20_000])
def test_rubbish_is_explained_too(verifier: Verifier, token: Any) -> None:
    assert failed(verifier.explain(token, now=NOW))


def test_wrong_arguments_are_refused(verifier: Verifier, token: str) -> None:
    with pytest.raises(TypeError):
        verifier.explain(None)  # type: ignore[arg-type]
    assert status_of(lambda: verifier.explain(token, now=-1)) == "INVALID_ARGUMENT"
    verifier.close()
    assert status_of(lambda: verifier.explain(token)) == "INVALID_ARGUMENT"
