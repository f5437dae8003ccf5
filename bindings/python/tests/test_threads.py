"""Eight threads at once: one verifier, keys that are replaced, objects that are closed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from cfaccess import Keys, Verifier
from support import NOW, certs, mint, new_verifier, person, status_of

THREADS = 8
ROUNDS = 300


def at_once(work: Callable[[int], None]) -> None:
    """Runs the work in every thread, from a common start; raises what any of them raised."""
    start = threading.Barrier(THREADS)

    def one(number: int) -> None:
        start.wait()
        work(number)

    with ThreadPoolExecutor(THREADS) as pool:
        for result in [pool.submit(one, number) for number in range(THREADS)]:
            result.result()


def test_every_thread_gets_the_claims_of_its_own_token(verifier: Verifier) -> None:
    tokens = [mint(person(email=f"person-{number}@example.com")) for number in range(THREADS)]

    def work(number: int) -> None:
        for _ in range(ROUNDS):
            assert verifier.verify(tokens[number], now=NOW).email == f"person-{number}@example.com"

    at_once(work)


def test_every_thread_gets_the_refusal_of_its_own_token(verifier: Verifier, token: str) -> None:
    cases = [
        (token, "OK"),
        (token + "=", "MALFORMED"),
        (mint(person(), key="stranger"), "UNKNOWN_KEY"),
        (mint(person(exp=NOW - 3000, iat=NOW - 4000, nbf=None)), "EXPIRED"),
    ]

    def work(number: int) -> None:
        presented, verdict = cases[number % len(cases)]
        for _ in range(ROUNDS):
            assert status_of(lambda: verifier.verify(presented, now=NOW)) == verdict

    at_once(work)


def test_keys_are_replaced_during_verifications() -> None:
    keys = Keys.from_json(certs("acme-1", "acme-2"))
    verifier = new_verifier(keys)
    kept, dropped = mint(person(), key="acme-1"), mint(person(), key="acme-2")
    sets = [certs("acme-1"), certs("acme-1", "acme-2")]

    def work(number: int) -> None:
        for turn in range(ROUNDS):
            if number == 0:
                keys.load_json(sets[turn % 2])
            elif number == 1:
                assert len(keys.status()["keys"]) in (1, 2)
                assert status_of(lambda: keys.load_json('{"keys":[]}')) != "OK"
            else:
                assert verifier.verify(kept, now=NOW).kind == "person"
                assert status_of(lambda: verifier.verify(dropped, now=NOW)) in ("OK", "UNKNOWN_KEY")

    at_once(work)


def test_close_takes_nothing_from_under_a_verification(keys: Keys, token: str) -> None:
    shared: list[Verifier] = [new_verifier(keys)]

    def work(number: int) -> None:
        for _ in range(ROUNDS):
            verifier = shared[0]
            if number == 0:
                shared[0] = new_verifier(keys)
                verifier.close()
            else:
                assert status_of(lambda: verifier.verify(token, now=NOW)) in ("OK", "INVALID_ARGUMENT")  # noqa: B023

    at_once(work)
