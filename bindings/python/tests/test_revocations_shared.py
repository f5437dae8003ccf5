"""Revocations in a store that other processes write to: waiting for it, and doing without it."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cfaccess import AccessError, Keys, Revocations, RevocationsUnavailable, Verifier, _library
from fetched import Source, eventually
from guarded import ASSERTION, Ask, ask_asgi, ask_wsgi
from support import fresh, in_child, new_verifier, output_with, status_of

EMAIL = "user@example.com"

# SQLite's locks are those of a process, and there must not be a second copy of SQLite in this one.
HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:{tmp_path / 'revocations.db'}"


@pytest.fixture
def writer(url: str) -> Revocations:
    """As another process has it."""
    return Revocations.open(url, team="acme", timeout=20)


def opened(url: str, **options: Any) -> Revocations:
    return Revocations.open(url, team="acme", **{"interval": 0.3, "timeout": 20, **options})


@contextmanager
def held(url: str) -> Iterator[None]:
    """Another process is in the middle of a write."""
    path = url.partition(":")[2]
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == "held\n"
        try:
            yield
        finally:
            holder.stdin.close()


def test_first_token_waits_for_the_store(keys: Keys, url: str, writer: Revocations) -> None:
    writer.revoke(email="other@example.com")
    revocations = opened(url)
    verifier = new_verifier(keys, revocations=revocations)
    assert revocations.status()["age"] is None

    assert verifier.verify(fresh()).email == EMAIL

    status = revocations.status()
    assert (status["source"], status["entries"], status["refreshes"] > 0, status["failures"]) == (
        "sqlite",
        1,
        True,
        0,
    )
    assert 0 <= status["age"] < 10
    assert verifier.stats()["refusals"] == {}


@pytest.mark.parametrize("way", ["verify", "verify_request", "verify_async", "wsgi", "asgi"])
def test_an_idle_process_sees_what_was_just_revoked(
    keys: Keys, url: str, writer: Revocations, way: str
) -> None:
    verifier = new_verifier(keys, revocations=opened(url))
    token = fresh()
    claims = verifier.verify(token)
    assert verifier.verify(token) is claims
    time.sleep(0.4)
    writer.revoke(email=EMAIL)

    assert outcome(way, verifier, token) == "REVOKED"


def outcome(way: str, verifier: Verifier, token: str) -> str:
    if way in ("wsgi", "asgi"):
        ask: Ask = ask_wsgi if way == "wsgi" else ask_asgi
        return ask(headers=[(ASSERTION, token)], verifier=verifier).outcome
    calls: dict[str, Any] = {
        "verify": lambda: verifier.verify(token),
        "verify_request": lambda: verifier.verify_request({ASSERTION: token}),
        "verify_async": lambda: asyncio.run(verifier.verify_async(token)),
    }
    return status_of(calls[way])


@pytest.mark.parametrize("way", ["verify", "verify_request", "verify_async", "wsgi", "asgi"])
def test_every_way_waits_for_the_first_answer(keys: Keys, url: str, way: str) -> None:
    verifier = new_verifier(keys, revocations=opened(url))
    assert outcome(way, verifier, fresh()) in ("OK", EMAIL)


def test_a_busy_process_sees_a_revocation_within_the_interval(
    keys: Keys, url: str, writer: Revocations
) -> None:
    verifier = new_verifier(keys, revocations=opened(url))
    token = fresh()
    verifier.verify(token)
    writer.revoke(email=EMAIL)
    begin = time.monotonic()
    while status_of(lambda: verifier.verify(token)) == "OK":
        assert time.monotonic() - begin < 10
        time.sleep(0.01)


def test_keys_and_revocations_are_waited_for_one_after_the_other(url: str, writer: Revocations) -> None:
    writer.revoke(email=EMAIL)
    source = Source("acme-1")
    verifier = new_verifier(source.keys(timeout=20), revocations=opened(url))
    assert status_of(lambda: verifier.verify(fresh())) == "REVOKED"
    assert source.fetches == 1


def test_a_store_that_cannot_answer_holds_callers_up_once(keys: Keys, url: str, writer: Revocations) -> None:
    writer.connect()
    verifier = new_verifier(keys, revocations=opened(url))
    with held(url):
        assert status_of(lambda: verifier.verify(fresh())) == "REVOCATIONS_UNAVAILABLE"
        begin = time.monotonic()
        for _ in range(20):
            assert status_of(lambda: verifier.verify(fresh())) == "REVOCATIONS_UNAVAILABLE"
            assert outcome("verify_async", verifier, fresh()) == "REVOCATIONS_UNAVAILABLE"
        assert time.monotonic() - begin < 2
    eventually("an answer", lambda: status_of(lambda: verifier.verify(fresh())) == "OK")


def test_what_is_known_counts_while_the_store_is_away(keys: Keys, url: str, writer: Revocations) -> None:
    writer.revoke(subject="someone", reason="x")
    revocations = opened(url, max_stale=60)
    verifier = new_verifier(keys, revocations=revocations)
    good, revoked = fresh(), fresh(sub="someone")
    assert verifier.verify(good)
    with held(url):
        time.sleep(0.4)
        assert status_of(lambda: verifier.verify(good)) == "OK"
        assert status_of(lambda: verifier.verify(revoked)) == "REVOKED"
        assert revocations.status()["last_error"]


def test_an_outage_of_the_store_need_not_be_one_of_the_application(
    keys: Keys, url: str, writer: Revocations
) -> None:
    writer.connect()
    verifier = new_verifier(keys, revocations=opened(url, when_stale="continue"))
    with held(url):
        assert verifier.verify(fresh())


def test_connect_reads_the_store_or_says_why_not(url: str, tmp_path: Path) -> None:
    revocations = opened(url, interval=60)
    revocations.connect()
    assert revocations.status()["refreshes"] == 1
    revocations.connect()
    assert revocations.status()["refreshes"] == 1
    nowhere = opened(f"sqlite:{tmp_path / 'nowhere' / 'revocations.db'}")
    with pytest.raises(RevocationsUnavailable) as caught:
        nowhere.connect()
    assert "acme.cloudflareaccess.com" in caught.value.message


def test_other_threads_run_while_a_write_waits(url: str, writer: Revocations) -> None:
    writer.connect()
    turns = 0
    outcomes: list[str] = []
    with held(url):
        thread = threading.Thread(
            target=lambda: outcomes.append(status_of(lambda: writer.revoke(email=EMAIL)))
        )
        thread.start()
        while thread.is_alive():
            turns += 1
            time.sleep(0.01)
    thread.join()
    assert outcomes == ["REVOCATIONS_UNAVAILABLE"]
    assert turns > 50
    assert writer.list() == []


def test_log_tells_when_a_store_is_away_and_back(keys: Keys, url: str, writer: Revocations) -> None:
    writer.connect()
    lines: list[tuple[int, str]] = []
    revocations = opened(url, log=lambda level, line: lines.append((level, line)))
    verifier = new_verifier(keys, revocations=revocations)
    with held(url):
        assert status_of(lambda: verifier.verify(fresh())) == "REVOCATIONS_UNAVAILABLE"
        eventually("a warning", lambda: lines)
    eventually("an answer", lambda: status_of(lambda: verifier.verify(fresh())) == "OK")
    eventually("news", lambda: len(lines) > 1)
    assert [level for level, _ in lines] == [logging.WARNING, logging.INFO]
    assert all(line.startswith("revocations of acme.cloudflareaccess.com: ") for _, line in lines)


def test_a_child_asks_the_store_itself(keys: Keys, url: str, writer: Revocations) -> None:
    verifier = new_verifier(keys, revocations=opened(url))
    token = fresh()
    verifier.verify(token)
    time.sleep(0.4)
    writer.revoke(email=EMAIL)

    assert in_child(lambda: status_of(lambda: verifier.verify(token)) == "REVOKED")
    assert status_of(lambda: verifier.verify(token)) == "REVOKED"


def test_the_interpreter_ends_while_a_log_function_hangs(url: str) -> None:
    program = """
import sys, threading, time
from cfaccess import AccessError, Keys, Revocations
revocations = Revocations.open(sys.argv[1], team="acme", log=lambda level, line: time.sleep(600))
try:
    revocations.connect()
except AccessError as error:
    print(error.status)
"""
    nowhere = url.replace("revocations.db", "nowhere/revocations.db")
    assert output_with(Path(_library.LIBRARY_PATH), program, nowhere) in (
        "REVOCATIONS_UNAVAILABLE\n",
        "REVOCATIONS_PENDING\n",
    )


@pytest.fixture
def hanging() -> Iterator[str]:
    """A store that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"redis://user:secret@127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("way", ["verify", "verify_request", "verify_async", "wsgi", "asgi"])
def test_a_store_that_hangs_holds_callers_up_once(keys: Keys, hanging: str, way: str) -> None:
    revocations = opened(hanging, timeout=0.5)
    verifier = new_verifier(keys, revocations=revocations)
    begin = time.monotonic()
    assert outcome(way, verifier, fresh()) in ("REVOCATIONS_UNAVAILABLE", "REVOCATIONS_PENDING")
    assert time.monotonic() - begin >= 0.3
    eventually("a failure", lambda: revocations.status()["failures"])
    begin = time.monotonic()
    for _ in range(20):
        assert outcome(way, verifier, fresh()) == "REVOCATIONS_UNAVAILABLE"
    assert time.monotonic() - begin < 3
    assert "secret" not in str(revocations.status()) + repr(revocations)


def test_signal_handlers_run_while_a_verification_waits(keys: Keys, hanging: str) -> None:
    verifier = new_verifier(keys, revocations=opened(hanging, timeout=20))

    def interrupt(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(TimeoutError):
            verifier.verify(fresh())
    finally:
        signal.signal(signal.SIGALRM, before)


def test_no_message_shows_a_password() -> None:
    for url in ("redis://user:secret@127.0.0.1:1/0", "rediss://:secret@localhost", "redis+unix://secret:x"):
        try:
            shown = repr(Revocations.open(url, team="acme"))
        except AccessError as error:
            shown = str(error)
        assert "secret" not in shown
