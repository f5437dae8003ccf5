"""After `fork` the child fetches for itself, even if the parent was fetching."""

from __future__ import annotations

import multiprocessing
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cfaccess import Keys, Verifier
from endpoint import Endpoint
from fetched import Source, eventually
from servers import PRELOADED, Server, serving
from support import certs, fresh, in_child, new_verifier, status_of

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="os.fork is missing on this platform"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
]


def accepts(verifier: Verifier, key: str = "acme-1") -> bool:
    return status_of(lambda: verifier.verify(fresh(key))) == "OK"


def test_child_uses_the_keys_of_its_parent() -> None:
    source = Source("acme-1")
    verifier = new_verifier(source.keys())
    assert accepts(verifier)

    assert in_child(lambda: accepts(verifier) and source.fetches == 1)


def test_child_fetches_keys_that_its_parent_does_not_have() -> None:
    verifier = new_verifier(Source("acme-1").keys())

    assert in_child(lambda: accepts(verifier))
    assert accepts(verifier)


def test_rotation_reaches_parent_and_child() -> None:
    source = Source("acme-1")
    verifier = new_verifier(source.keys())
    assert accepts(verifier)
    source.hand_out("acme-2")

    def noticed() -> bool:
        eventually("the new key", lambda: accepts(verifier, "acme-2"))
        return not accepts(verifier, "acme-1")

    assert in_child(noticed)
    assert noticed()


def test_fork_during_a_fetch() -> None:
    parent, document = os.getpid(), certs("acme-1")
    begun, end = threading.Event(), threading.Event()

    def slow_in_the_parent(_: str) -> str:
        if os.getpid() == parent:
            begun.set()
            end.wait(20)
        return document

    verifier = new_verifier(Keys.remote("acme", fetch=slow_in_the_parent, timeout=20))
    waiting = threading.Thread(target=accepts, args=[verifier])
    waiting.start()
    assert begun.wait(20)

    results = [in_child(lambda: accepts(verifier)) for _ in range(10)]
    end.set()
    waiting.join()

    assert all(results)
    assert accepts(verifier)


def test_worker_of_multiprocessing_fetches() -> None:
    verifier = new_verifier(Source("acme-1").keys())
    worker = multiprocessing.get_context("fork").Process(target=_exit_by_verdict, args=[verifier])

    worker.start()
    worker.join(20)

    assert worker.exitcode == 0


def _exit_by_verdict(verifier: Verifier) -> None:
    assert accepts(verifier)


def workers_that_accept(server: Server, key: str) -> set[str]:
    """The processes that let a token of this key through, as far as many requests show."""
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(server.ask, "/", Cf_Access_Jwt_Assertion=fresh(key)) for _ in range(48)]
        answers = [each.result() for each in asked]
    return {answer.body for answer in answers if answer.status == 200}


def all_accept(server: Server, key: str) -> set[str]:
    """The three processes, once all have let such a token through."""
    seen: set[str] = set()

    def all_seen() -> bool:
        seen.update(workers_that_accept(server, key))
        return len(seen) == 3

    eventually(f"the third process with {key}", all_seen)
    return seen


def test_workers_of_gunicorn_pick_up_a_rotation(endpoint: Endpoint, tmp_path: Path) -> None:
    pytest.importorskip("gunicorn", reason="the Python package gunicorn is missing")
    with serving(PRELOADED, "preloaded_app:app", tmp_path, endpoint) as server:
        workers = all_accept(server, "acme-1")
        assert len(endpoint.requests) == 1, "the keys were fetched before the fork"

        endpoint.behave(keys=["acme-2"])

        assert all_accept(server, "acme-2") == workers
        assert workers_that_accept(server, "acme-1") == set()


def test_workers_of_gunicorn_fetch_after_a_fork_during_a_fetch(endpoint: Endpoint, tmp_path: Path) -> None:
    pytest.importorskip("gunicorn", reason="the Python package gunicorn is missing")
    endpoint.behave(delay=2)

    with serving(PRELOADED, "preloaded_app:app", tmp_path, endpoint, FORK_DURING_FETCH="yes") as server:
        assert len(all_accept(server, "acme-1")) == 3

    assert len(endpoint.requests) == 4, "one of the parent, and one of each worker"
