"""Eight threads at once while keys are fetched."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from random import Random

from cfaccess import Keys, Verifier
from fetched import Source
from support import base64url, fresh, new_verifier, status_of

THREADS = 8


def with_random_key(token: str, random: Random) -> str:
    """The token with a `kid` that no key has. Its signature is never verified."""
    header = {"alg": "RS256", "kid": f"{random.getrandbits(256):064x}"}
    return ".".join([base64url(json.dumps(header).encode()), *token.split(".")[1:]])


def test_ten_thousand_random_keys_cause_no_fetch_within_the_cooldown() -> None:
    source = Source("acme-1")
    keys = source.keys(cooldown=30)
    verifier = new_verifier(keys)
    good = fresh()
    keys.connect()

    def attack(number: int) -> set[str]:
        random = Random(number)
        tokens = [with_random_key(good, random) for _ in range(1250)]
        return {status_of(lambda: verifier.verify(token)) for token in tokens}  # noqa: B023

    with ThreadPoolExecutor(THREADS) as pool:
        assert set.union(*pool.map(attack, range(THREADS))) == {"UNKNOWN_KEY"}
    assert source.fetches == 1
    assert keys.status()["suppressed"] == 10_000
    assert verifier.verify(good)


def test_all_that_need_the_first_keys_wait_for_one_fetch() -> None:
    source = Source("acme-1")
    verifier = new_verifier(source.keys(timeout=20))
    tokens = [fresh(email=f"{number}@example.com") for number in range(THREADS)]

    with ThreadPoolExecutor(THREADS) as pool:
        with source.held():
            seen = [pool.submit(lambda token: verifier.verify(token).email, token) for token in tokens]
            source.await_fetch()
        emails = [each.result(20) for each in seen]

    assert emails == [f"{number}@example.com" for number in range(THREADS)]
    assert source.fetches == 1


def test_functions_and_calls_that_hold_the_gil_do_not_block_each_other() -> None:
    source = Source("acme-1")
    keys: Keys = source.keys(log=lambda *_: keys.status(), refresh_after=1)
    verifier = new_verifier(keys)
    good, unknown = fresh(), fresh("acme-2")
    over = threading.Timer(2.5, lambda: None)

    def work(verifier: Verifier) -> None:
        while over.is_alive():
            assert verifier.verify(good)
            assert status_of(lambda: verifier.verify(unknown)) in ("UNKNOWN_KEY", "KEYS_PENDING")
            keys.status()

    over.start()
    with ThreadPoolExecutor(THREADS) as pool:
        for each in [pool.submit(work, verifier) for _ in range(THREADS)]:
            each.result(30)

    assert 2 <= source.fetches <= 4


def test_few_threads_wait_for_an_unknown_key_while_keys_are_in_force() -> None:
    source = Source("acme-1")
    keys = source.keys(timeout=20)
    verifier = new_verifier(keys)
    keys.connect()
    time.sleep(1.2)  # the cooldown
    outcomes: SimpleQueue[str] = SimpleQueue()

    def ask() -> None:
        outcomes.put(status_of(lambda: verifier.verify(fresh("acme-2"))))

    with ThreadPoolExecutor(THREADS) as pool, source.held():
        for _ in range(THREADS):
            pool.submit(ask)
        refused = [outcomes.get(timeout=10) for _ in range(THREADS - 2)]
        assert outcomes.empty()

    assert refused == ["KEYS_PENDING"] * (THREADS - 2)
    assert [outcomes.get() for _ in range(2)] == ["UNKNOWN_KEY"] * 2
