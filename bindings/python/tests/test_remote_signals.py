"""Handlers of signals run while a call waits for keys."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cfaccess
import pytest
from cfaccess import Keys, Verifier
from fetched import Source
from support import AUDIENCE, fresh, new_verifier

HEADERS = {"Cf-Access-Jwt-Assertion": fresh()}

WAITS: dict[str, Callable[[Keys, Verifier], object]] = {
    "verify": lambda _, verifier: verifier.verify(fresh()),
    "verify at a given time": lambda _, verifier: verifier.verify(fresh(), now=5),
    "verify_request": lambda _, verifier: verifier.verify_request(HEADERS),
    "verify_request at a given time": lambda _, verifier: verifier.verify_request(HEADERS, now=5),
    "connect": lambda keys, _: keys.connect(),
}


class Rung(Exception):
    """What the handler raises."""


@pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS.keys())
def test_handler_runs_within_a_second(wait: Callable[[Keys, Verifier], object]) -> None:
    def ring(*_: object) -> None:
        raise Rung

    source = Source("acme-1")
    keys = source.keys(timeout=20)
    verifier = new_verifier(keys)
    before = signal.signal(signal.SIGALRM, ring)
    try:
        with source.held():
            began = time.monotonic()
            signal.setitimer(signal.ITIMER_REAL, 0.3)
            with pytest.raises(Rung):
                wait(keys, verifier)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

    assert 0.29 <= time.monotonic() - began < 1.3


PROGRAM = """
import sys, time
from cfaccess import Keys, Verifier

def fetch(url):
    print("waiting", flush=True)
    time.sleep(600)

keys = Keys.remote("acme", fetch=fetch, timeout=60)
Verifier(team="acme", audiences=[sys.argv[1]], keys=keys).verify(sys.argv[2])
"""


def test_control_c_ends_a_program_that_waits() -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(cfaccess.__file__).parents[1])}
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, AUDIENCE, fresh()],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert program.stdout is not None
        assert program.stdout.readline() == "waiting\n"
        began = time.monotonic()
        program.send_signal(signal.SIGINT)
        _, errors = program.communicate(timeout=30)
    finally:
        program.kill()

    assert time.monotonic() - began < 2
    assert errors.splitlines()[-1] == "KeyboardInterrupt"
