"""Every native object goes back: the process does not grow."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import pytest
from cfaccess import Keys, Verifier
from cfaccess.wsgi import AccessMiddleware
from support import NOW, certs, fresh, mint, new_verifier, person, status_of

STATM = Path("/proc/self/statm")
PAGE = 4096


def growth(work: Callable[[], object], times: int) -> int:
    """By how many bytes the process grew over these runs, after a warm-up."""
    if not STATM.exists():
        pytest.skip(f"{STATM} is missing on this platform")

    def resident() -> int:
        return int(STATM.read_text().split()[1]) * PAGE

    for _ in range(times // 4):
        work()
    before = resident()
    for _ in range(times):
        work()
    return resident() - before


LIMIT = 512 * 1024


def test_claims_go_back(verifier: Verifier, token: str) -> None:
    assert growth(lambda: verifier.verify(token, now=NOW), times=20_000) < LIMIT


def test_claims_of_many_tokens_go_back(keys: Keys) -> None:
    verifier = new_verifier(keys, cache_entries=16)
    tokens = cycle([fresh(email=f"{number}@example.com") for number in range(100)])

    assert growth(lambda: verifier.verify(next(tokens)), times=20_000) < LIMIT


def test_warm_verifiers_go_back(keys: Keys) -> None:
    token = fresh()

    def work() -> None:
        verifier = new_verifier(keys)
        verifier.verify(token)
        verifier.verify(token)

    assert growth(work, times=500) < LIMIT


def test_hits_go_back(verifier: Verifier) -> None:
    token = fresh()

    assert growth(lambda: verifier.verify(token), times=100_000) < LIMIT


def test_requests_go_back(verifier: Verifier, token: str) -> None:
    headers = [("Accept", "*/*"), ("Cf-Access-Jwt-Assertion", token), ("Cookie", "a=1"), ("Cookie", "b=2")]

    assert growth(lambda: verifier.verify_request(headers, now=NOW), times=20_000) < LIMIT


def test_refused_requests_go_back(verifier: Verifier, token: str) -> None:
    headers = [("Cf-Access-Jwt-Assertion", token)] * 2

    assert growth(lambda: status_of(lambda: verifier.verify_request(headers)), times=20_000) < LIMIT


def test_explanations_go_back(verifier: Verifier, token: str) -> None:
    assert growth(lambda: verifier.explain(token, now=NOW), times=4_000) < LIMIT


def test_errors_go_back(verifier: Verifier) -> None:
    unknown = mint(person(), key="stranger")

    assert growth(lambda: status_of(lambda: verifier.verify(unknown)), times=20_000) < LIMIT


def test_keys_and_verifiers_go_back() -> None:
    document = certs("acme-1")

    def work() -> None:
        keys = Keys.from_json(document)
        keys.load_json(document)
        keys.status()
        new_verifier(keys)

    assert growth(work, times=2_000) < LIMIT


def test_refused_configurations_go_back(keys: Keys) -> None:
    assert growth(lambda: status_of(lambda: new_verifier(keys, leeway=301)), times=10_000) < LIMIT


def test_fetched_keys_go_back() -> None:
    document = certs("acme-1")

    def work() -> None:
        keys = Keys.remote("acme", fetch=lambda _: document, log=lambda *_: None)
        keys.connect()
        new_verifier(keys)

    assert growth(work, times=1_000) < LIMIT


def test_decisions_go_back(keys: Keys) -> None:
    uncached = new_verifier(keys, cache_entries=0)
    guarded = AccessMiddleware(lambda *_: [], uncached, open_paths=["GET /healthz"])
    requests = cycle(
        [
            {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_CF_ACCESS_JWT_ASSERTION": fresh()},
            {"REQUEST_METHOD": "GET", "PATH_INFO": "/"},
            {"REQUEST_METHOD": "GET", "PATH_INFO": "/healthz"},
        ]
    )

    assert growth(lambda: guarded(next(requests), lambda *_: None), times=20_000) < LIMIT


def test_middlewares_go_back(verifier: Verifier) -> None:
    def work() -> None:
        AccessMiddleware(lambda *_: [], verifier, open_paths=["GET /healthz"])
        status_of(lambda: AccessMiddleware(lambda *_: [], verifier, open_paths=["GET healthz"]))

    assert growth(work, times=5_000) < LIMIT
