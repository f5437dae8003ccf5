"""After `fork` the child verifies like its parent."""

from __future__ import annotations

import os
import threading

import pytest
from cfaccess import Keys, Verifier
from support import NOW, certs, in_child, mint, new_verifier, person, status_of

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="os.fork is missing on this platform"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
]


def test_child_uses_the_parents_objects(keys: Keys, verifier: Verifier, token: str) -> None:
    def check() -> bool:
        accepted = verifier.verify(token, now=NOW).email == "user@example.com"
        keys.load_json(certs("acme-2"))
        return accepted and status_of(lambda: verifier.verify(token, now=NOW)) == "UNKNOWN_KEY"

    assert in_child(check)
    assert verifier.verify(token, now=NOW), "the child's keys are not the parent's"


def test_child_makes_and_closes_its_own(token: str) -> None:
    def check() -> bool:
        with Keys.from_json(certs("acme-1")) as keys, new_verifier(keys) as verifier:
            return verifier.verify(token, now=NOW).kind == "person"

    assert in_child(check)


def test_child_closes_what_it_was_given(keys: Keys, verifier: Verifier, token: str) -> None:
    def check() -> bool:
        verifier.close()
        keys.close()
        return True

    assert in_child(check)
    assert verifier.verify(token, now=NOW)


def test_fork_while_threads_verify_and_load(keys: Keys, verifier: Verifier, token: str) -> None:
    done = threading.Event()

    def work() -> None:
        while not done.is_set():
            verifier.verify(token, now=NOW)
            keys.load_json(certs("acme-1", "acme-2"))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    other = mint(person(email="child@example.com"))
    try:
        results = [
            in_child(lambda: verifier.verify(other, now=NOW).email == "child@example.com") for _ in range(10)
        ]
    finally:
        done.set()
        for thread in threads:
            thread.join()

    assert all(results)
