"""Python functions that the library calls: `fetch` and `log`, when they fail, and when they are released."""

from __future__ import annotations

import gc
import itertools
import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from cfaccess import InvalidConfig, Keys, KeysUnavailable, _callbacks
from fetched import Source, eventually
from support import certs, fresh, new_verifier, status_of


def failing(error: BaseException) -> Callable[[str], str]:
    """A `fetch` that raises this."""

    def fetch(_: str) -> str:
        raise error

    return fetch


def reason_of(fetch: Any) -> str:
    """Why a fetch failed, as reported to the caller."""
    with pytest.raises(KeysUnavailable) as refused:
        Keys.remote("acme", fetch=fetch).connect()
    return refused.value.message.partition("never confirmed: the fetch function failed: ")[2]


class Mute(Exception):
    def __str__(self) -> str:
        raise ValueError


@pytest.mark.parametrize("form", [str, str.encode])
def test_document_as_text_or_bytes(form: Callable[[str], Any]) -> None:
    keys = Keys.remote("acme", fetch=lambda _: form(certs("acme-1")))

    assert new_verifier(keys).verify(fresh())


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError("no route to host"), "OSError: no route to host"),
        (ValueError(), "ValueError: "),
        (RuntimeError("two\nlines"), r"RuntimeError: two\nlines"),
        (InvalidConfig("not like this"), "InvalidConfig: not like this"),
        (SystemExit(3), "SystemExit: 3"),
        (KeyboardInterrupt(), "KeyboardInterrupt: "),
        (Mute(), "Mute: it has no text"),
    ],
)
def test_exception_is_the_reason(error: BaseException, reason: str) -> None:
    assert reason_of(failing(error)) == reason


def test_long_reason_is_shortened() -> None:
    assert reason_of(failing(OSError("x" * 5_000_000))).startswith("OSError: xxx")


@pytest.mark.parametrize("result", [None, 5, bytearray(b"{}"), [b"{}"]])
def test_result_of_another_type_is_a_failure(result: object) -> None:
    expected = f"TypeError: what fetch returns must be str or bytes, not {type(result).__name__}"

    assert reason_of(lambda _: result) == expected


def test_document_over_a_mebibyte_is_a_failure() -> None:
    assert reason_of(lambda _: " " * ((1 << 20) + 1)) == "KeysInvalid: the document has more than 1 MiB"


def test_document_without_keys_is_a_failure() -> None:
    with pytest.raises(KeysUnavailable, match="no entries"):
        Keys.remote("acme", fetch=lambda _: '{"keys":[]}').connect()


def test_nobody_waits_for_a_fetch_that_hangs() -> None:
    source = Source("acme-1")
    keys = source.keys(timeout=0.2)
    verifier = new_verifier(keys)

    with source.held():
        began = time.monotonic()
        assert status_of(lambda: verifier.verify(fresh())) == "KEYS_UNAVAILABLE"
        assert 0.19 <= time.monotonic() - began < 1

    eventually("keys after all", lambda: keys.status()["keys"])
    assert verifier.verify(fresh())


def test_fetch_that_is_given_up_counts_as_a_failure_with_a_reason() -> None:
    source = Source("acme-1")
    keys = source.keys(timeout=0.2)

    with source.held():
        assert status_of(keys.connect) == "KEYS_UNAVAILABLE"
        status = keys.status()

    assert status["failures"] == 1
    assert status["last_error"]


def test_four_fetches_that_hang_are_reported_and_followed_by_another() -> None:
    document, begun, over = certs("acme-1"), itertools.count(1), threading.Event()
    warnings: list[str] = []

    def fetch(_: str) -> str:
        if next(begun) < 5:
            over.wait(60)
        return document

    def log(level: int, line: str) -> None:
        if level == logging.WARNING:
            warnings.append(line)

    keys = Keys.remote("acme", fetch=fetch, log=log, timeout=0.2, cooldown=1, refresh_after=1)
    verifier = new_verifier(keys)

    try:
        eventually("a fifth fetch", lambda: status_of(lambda: verifier.verify(fresh())) == "OK")
        assert keys.status()["failures"] == 4
        assert len(warnings) >= 4
    finally:
        over.set()


def test_waiting_lets_other_threads_run() -> None:
    source = Source("acme-1")
    verifier = new_verifier(source.keys(timeout=20))
    with source.held():
        waiting = threading.Thread(target=verifier.verify, args=[fresh()])
        waiting.start()
        source.await_fetch()
    waiting.join(20)

    assert not waiting.is_alive()


def test_fetch_may_ask_for_the_status_and_verify() -> None:
    seen: list[Any] = []

    def fetch(_: str) -> str:
        seen.append(keys.status()["fetches"])
        seen.append(status_of(keys.connect))
        seen.append(status_of(lambda: verifier.verify(fresh())))
        return certs("acme-1")

    keys = Keys.remote("acme", fetch=fetch, timeout=0.2)
    verifier = new_verifier(keys)
    with suppress(KeysUnavailable):
        keys.connect()

    eventually("keys", lambda: keys.status()["keys"])
    # It waited for itself, until the timeout.
    assert seen == [1, "KEYS_UNAVAILABLE", "KEYS_UNAVAILABLE"]


def test_fetch_may_close_its_keys() -> None:
    source = Source("acme-1")
    shared = [source.keys()]
    done = threading.Event()

    def answer() -> str:
        shared.pop().close()
        done.set()
        return certs("acme-1")

    source.answer(answer)
    new_verifier(shared[0]).verify(fresh())

    assert done.is_set()


def test_log_gets_levels_of_logging_and_no_token() -> None:
    lines: list[tuple[int, str]] = []
    source = Source()
    source.answer(lambda: 1 / 0)
    keys = source.keys(log=lambda *line: lines.append(line))
    verifier = new_verifier(keys)
    assert status_of(lambda: verifier.verify(fresh())) == "KEYS_UNAVAILABLE"

    source.hand_out("acme-1")
    eventually("keys", lambda: status_of(lambda: verifier.verify(fresh())) == "OK")
    eventually("both lines", lambda: len(lines) == 2)

    host = "keys of acme.cloudflareaccess.com"
    failed = "the fetch function failed: ZeroDivisionError: division by zero"
    assert lines == [
        (logging.WARNING, f"{host}: {failed}"),
        (logging.INFO, f"{host}: other keys are in force"),
    ]


def test_logger_can_be_passed_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    Source("acme-1").keys(log=logging.getLogger("keys").log).connect()

    eventually("a line", lambda: [(r.name, r.levelname) for r in caplog.records] == [("keys", "INFO")])


def test_log_that_fails_is_logged_and_harms_nothing(caplog: pytest.LogCaptureFixture) -> None:
    keys = Source("acme-1").keys(log=lambda *_: 1 / 0)

    assert new_verifier(keys).verify(fresh())

    eventually("a record", lambda: "the log function failed; nothing else is affected" in caplog.messages)


def test_functions_are_released_with_the_last_verifier() -> None:
    before = set(_callbacks.functions)
    keys = Source("acme-1").keys(log=lambda *_: None)
    verifier = new_verifier(keys)
    assert verifier.verify(fresh())
    keys.close()
    assert len(set(_callbacks.functions) - before) == 2

    del verifier
    gc.collect()

    eventually("the release", lambda: not set(_callbacks.functions) - before)


def test_functions_of_refused_options_are_released() -> None:
    before = set(_callbacks.functions)

    with pytest.raises(InvalidConfig):
        Source("acme-1").keys(log=lambda *_: None, timeout=0)

    assert not set(_callbacks.functions) - before


def test_functions_are_released_after_the_fetch_that_runs() -> None:
    before = set(_callbacks.functions)
    source = Source("acme-1")
    with source.held():
        assert status_of(source.keys(timeout=0.1).connect) == "KEYS_UNAVAILABLE"
        gc.collect()
        assert len(set(_callbacks.functions) - before) == 1

    eventually("the release", lambda: not set(_callbacks.functions) - before)
