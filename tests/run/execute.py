"""Runs one suite: shows its output as it comes, hands it to its reader, and kills a suite that hangs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from typing import Callable, Protocol

from .suite import ROOT, Outcome, Suite

# Variables that the caller's shell or make may have set, and that would change what a suite tests.
NOT_INHERITED = (
    "CARGO_TERM_COLOR",
    "CFACCESS_LIBRARY",
    "MAKEFLAGS",
    "MAKELEVEL",
    "MFLAGS",
    "PYTEST_ADDOPTS",
    "PYTHONHOME",
    "PYTHONPATH",
    "RUST_BACKTRACE",
    "VIRTUAL_ENV",
)

# What is built and cached goes to target/, wherever the user's other projects keep it.
FOR_ALL = {
    "CARGO_TARGET_DIR": str(ROOT / "target"),
    "MYPY_CACHE_DIR": str(ROOT / "target" / "mypy"),
    "PYTHON": sys.executable,
    "PYTHONDONTWRITEBYTECODE": "1",
    "RUFF_CACHE_DIR": str(ROOT / "target" / "ruff"),
}


class Show(Protocol):
    def __call__(self, line: str, /) -> None: ...


def show(line: str, /) -> None:
    print(line, flush=True)


def run(suite: Suite, show: Show = show) -> Outcome:
    show(f"\n=== {suite.language}: {suite.name}\n$ {suite.shell_line()}")
    reader = suite.reader()
    start = time.monotonic()
    try:
        exit_status, timed_out = follow(suite, reader.line, show)
    except OSError as error:
        show(str(error))
        return Outcome(failed=1, failures=[f"could not start: {error.strerror}"])
    show(f"--- {time.monotonic() - start:.1f} s")

    outcome = checked(reader.finish(exit_status), exit_status)
    if timed_out:
        outcome.failed += 1
        outcome.failures.append(f"killed after {suite.minutes:g} minutes")
    return outcome


def follow(suite: Suite, take_line: Callable[[str], str | None], show: Show) -> tuple[int, bool]:
    """The exit status, and whether the suite was killed because its time was up."""
    environment = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    environment.update({**FOR_ALL, **suite.environment})
    process = subprocess.Popen(
        suite.command,
        cwd=ROOT / suite.where,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    timed_out = threading.Event()

    def end() -> None:
        timed_out.set()
        os.killpg(process.pid, signal.SIGKILL)

    timer = threading.Timer(suite.minutes * 60, end)
    timer.start()
    try:
        assert process.stdout is not None
        for line in process.stdout:
            shown = take_line(line.rstrip("\n"))
            if shown is not None:
                show(shown)
        return process.wait(), timed_out.is_set()
    except KeyboardInterrupt:
        os.killpg(process.pid, signal.SIGTERM)
        raise
    finally:
        timer.cancel()


def checked(outcome: Outcome, exit_status: int) -> Outcome:
    """A suite that exits with an error or counts no test has failed, whatever its tests reported."""
    if exit_status != 0 and outcome.failed == 0:
        outcome.failed = 1
        outcome.failures.append(f"exit status {exit_status}")
    elif outcome.passed == 0 and outcome.failed == 0 and not outcome.skipped:
        outcome.failed = 1
        outcome.failures.append("ran no test")
    return outcome
