"""Tokens that come again in eight threads, and in processes that fork."""

from __future__ import annotations

import os
import threading
from random import Random

import pytest
from cfaccess import Keys, Verifier
from support import certs, fresh, in_child, new_verifier, status_of
from test_threads import ROUNDS, THREADS, at_once

forks = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="os.fork is missing on this platform"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
]


@pytest.mark.parametrize("entries", [1, 4, 8_192])
def test_every_thread_gets_the_claims_of_the_token_it_has(keys: Keys, entries: int) -> None:
    verifier = new_verifier(keys, cache_entries=entries)
    tokens = {f"{number}@example.com": fresh(email=f"{number}@example.com").encode() for number in range(16)}

    def work(number: int) -> None:
        random = Random(number)
        for _ in range(ROUNDS):
            email, token = random.choice(list(tokens.items()))
            claims = verifier.verify(token)
            assert (claims.email, claims.payload["email"]) == (email, email)

    at_once(work)

    stats = verifier.stats()
    assert stats["verified"] + stats["hits"] >= THREADS * ROUNDS
    assert stats["refusals"] == {}


def test_no_hit_outlives_its_key_in_any_thread(keys: Keys, verifier: Verifier) -> None:
    token = fresh("acme-1")
    verifier.verify(token)
    gone = threading.Event()

    def work(number: int) -> None:
        for turn in range(ROUNDS):
            if number == 0 and turn == ROUNDS // 2:
                keys.load_json(certs("acme-2"))
                gone.set()
            was_gone = gone.is_set()
            verdict = status_of(lambda: verifier.verify(token))
            assert verdict == "UNKNOWN_KEY" if was_gone else verdict in ("OK", "UNKNOWN_KEY")

    at_once(work)


class TestFork:
    pytestmark = forks

    def test_child_finds_what_its_parent_verified(self, verifier: Verifier) -> None:
        token = fresh()
        verifier.verify(token)

        def check() -> bool:
            hits = verifier.stats()["hits"]
            return verifier.verify(token).email == "user@example.com" and verifier.stats()["hits"] == hits + 1

        assert in_child(check)
        assert verifier.stats()["hits"] == 0, "the child's hits are not the parent's"

    def test_child_keeps_its_own(self, verifier: Verifier) -> None:
        """The next claims of both have the same `id`."""
        verifier.verify(fresh())
        child, parent = fresh(email="child@example.com"), fresh(email="parent@example.com")

        assert in_child(lambda: [verifier.verify(child).email for _ in range(2)] == ["child@example.com"] * 2)
        assert [verifier.verify(parent).email for _ in range(2)] == ["parent@example.com"] * 2

    def test_fork_while_threads_fill_the_table(self, keys: Keys) -> None:
        verifier = new_verifier(keys, cache_entries=4)
        tokens = [fresh(email=f"{number}@example.com") for number in range(16)]
        done = threading.Event()

        def work() -> None:
            while not done.is_set():
                for token in tokens:
                    verifier.verify(token)

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            results = [
                in_child(
                    lambda: all(
                        verifier.verify(token).email == f"{number}@example.com"
                        for number, token in enumerate(tokens)
                    )
                )
                for _ in range(10)
            ]
        finally:
            done.set()
            for thread in threads:
                thread.join()

        assert all(results)
