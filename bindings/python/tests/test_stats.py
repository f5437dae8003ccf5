"""A verifier counts what it does."""

from __future__ import annotations

import threading

import pytest
from cfaccess import InvalidArgument, Keys, Verifier
from fetched import Source
from support import fresh, new_verifier, status_of
from test_threads import ROUNDS, THREADS, at_once


def test_new_verifier_has_done_nothing(verifier: Verifier) -> None:
    assert verifier.stats() == {
        "verified": 0,
        "hits": 0,
        "refusals": {},
        "evictions": 0,
        "entries": 0,
        "bytes": 0,
        "warnings": [],
    }


def test_misses_and_hits_are_counted_apart(verifier: Verifier) -> None:
    token = fresh()

    for _ in range(5):
        verifier.verify(token)

    stats = verifier.stats()
    assert (stats["verified"], stats["hits"], stats["entries"]) == (1, 4, 1)
    assert len(token) < stats["bytes"] < 10_000


def test_refusals_are_counted_by_status(verifier: Verifier) -> None:
    refused = ["", "a.b.c", fresh("stranger"), fresh("stranger"), fresh(exp=5, iat=1, nbf=None)]

    for token in refused:
        assert status_of(lambda: verifier.verify(token)) != "OK"  # noqa: B023
    assert status_of(lambda: verifier.verify_request({})) == "NO_TOKEN"

    refusals = {"MALFORMED": 1, "UNKNOWN_KEY": 2, "EXPIRED": 1, "NO_TOKEN": 2}
    assert verifier.stats()["refusals"] == refusals
    assert verifier.stats()["verified"] == 0


def test_what_has_to_go_is_counted(keys: Keys) -> None:
    verifier = new_verifier(keys, cache_entries=4)

    for number in range(20):
        verifier.verify(fresh(email=f"{number}@example.com"))

    stats = verifier.stats()
    assert stats["verified"] == 20
    assert 0 < stats["entries"] <= 4
    assert 0 < stats["evictions"] <= 20 - stats["entries"]


def test_memory_is_within_its_bound(keys: Keys) -> None:
    verifier = new_verifier(keys, cache_bytes=10_000)

    for number in range(20):
        verifier.verify(fresh(email=f"{number}@example.com"))

    assert 0 < verifier.stats()["bytes"] <= 10_000


def test_all_threads_count(verifier: Verifier) -> None:
    token = fresh()
    verifier.verify(token)

    def work(_: int) -> None:
        for _ in range(ROUNDS):
            verifier.verify(token)
            status_of(lambda: verifier.verify("x"))

    at_once(work)

    stats = verifier.stats()
    assert (stats["verified"], stats["hits"]) == (1, THREADS * ROUNDS)
    assert stats["refusals"] == {"MALFORMED": THREADS * ROUNDS}


def test_every_read_is_a_dict_of_its_own(verifier: Verifier) -> None:
    verifier.stats()["refusals"]["MALFORMED"] = 5

    assert verifier.stats()["refusals"] == {}


def test_closed_verifier_has_no_stats(verifier: Verifier) -> None:
    verifier.close()

    with pytest.raises(InvalidArgument, match="this Verifier is closed"):
        verifier.stats()


def test_calls_that_wait_for_keys_count_once() -> None:
    source = Source("acme-1")
    verifier = new_verifier(source.keys(timeout=20))
    seen: list[str] = []
    with source.held():
        thread = threading.Thread(target=lambda: seen.append(status_of(lambda: verifier.verify(fresh()))))
        thread.start()
        source.await_fetch()
        assert verifier.stats()["refusals"] == {}
    thread.join()
    assert seen == ["OK"]
    assert verifier.stats()["refusals"] == {}
    assert verifier.stats()["verified"] == 1
