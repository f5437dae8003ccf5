"""Revocations in an SQLite file: after a fork, and beside the module `sqlite3`, another copy of SQLite."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from functools import partial
from pathlib import Path

import pytest
from cfaccess import Keys, Revocations
from endpoint import Endpoint
from fetched import eventually
from servers import PRELOADED, serving
from support import fresh, in_child, new_verifier, status_of
from test_remote_fork import all_accept, workers_that_accept

EMAIL = "user@example.com"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:{tmp_path / 'revocations.db'}"


def test_workers_of_gunicorn_see_a_revocation(endpoint: Endpoint, tmp_path: Path, url: str) -> None:
    pytest.importorskip("gunicorn", reason="the Python package gunicorn is missing")
    with serving(PRELOADED, "preloaded_app:app", tmp_path, endpoint, REVOCATIONS=url) as server:
        assert len(all_accept(server, "acme-1")) == 3

        Revocations.open(url, team="acme").revoke(email=EMAIL)

        eventually("refusals only", lambda: not workers_that_accept(server, "acme-1"))
        assert workers_that_accept(server, "acme-1") == set()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="os.fork is missing on this platform")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_children_read_and_write_after_a_fork_while_the_parent_reads(keys: Keys, url: str) -> None:
    revocations = Revocations.open(url, team="acme", interval=0.1)
    revocations.connect()
    verifier = new_verifier(keys, revocations=revocations)
    token = fresh()
    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            verifier.verify(token)
            revocations.list()
            time.sleep(0.002)

    def use(number: int) -> bool:
        revocations.revoke(email=f"child{number}@example.com")
        return status_of(lambda: verifier.verify(token)) == "OK" and bool(revocations.list(limit=1))

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        assert all(in_child(partial(use, number)) for number in range(50))
    finally:
        over.set()
        for thread in threads:
            thread.join()

    assert len(revocations.list()) == 50
    revocations.revoke(email=EMAIL)
    assert status_of(lambda: verifier.verify(token)) == "REVOKED"


def test_the_module_sqlite3_may_use_another_file(keys: Keys, url: str, tmp_path: Path) -> None:
    revocations = Revocations.open(url, team="acme", interval=0.1)
    verifier = new_verifier(keys, revocations=revocations)
    token = fresh()
    other = sqlite3.connect(tmp_path / "other.db", isolation_level=None)
    other.execute("CREATE TABLE numbers (number INTEGER)")

    for number in range(50):
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO numbers VALUES (?)", [number])
        revocations.revoke(email=f"name{number}@example.com")
        assert status_of(lambda: verifier.verify(token)) == "OK"
        other.execute("COMMIT")

    assert other.execute("SELECT count(*) FROM numbers").fetchone() == (50,)
    assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    other.close()
    assert len(revocations.list()) == 50
    Revocations.open(url, team="acme").revoke(email=EMAIL)
    eventually("the revocation", lambda: status_of(lambda: verifier.verify(token)) == "REVOKED")
