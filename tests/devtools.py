"""The DevTools protocol of a Chromium that is started for it."""

from __future__ import annotations

import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

TIMEOUT = 60.0
"""Seconds, for one step of a test on a busy machine."""

# Chromium reads commands from descriptor 3 and answers on 4.
_LAUNCH = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.dup2(int(sys.argv[2]), 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class ChromiumError(Exception):
    """Chromium did not do what it was told."""


class Pipe:
    """The process, and messages to and from it, which each end with a NUL."""

    def __init__(self, command: list[str], log: Path) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        """All that came since it was last emptied."""
        self._log = log
        self._asked = 0
        self._unread = b""
        to_read, self._write = _high(*os.pipe())
        self._read, to_write = _high(*os.pipe())
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _LAUNCH, str(to_read), str(to_write), *command],
                pass_fds=(to_read, to_write),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        os.close(to_read)
        os.close(to_write)

    def ask(self, method: str, parameters: dict[str, Any], session: str) -> dict[str, Any]:
        self._asked += 1
        message: dict[str, Any] = {"id": self._asked, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        unsent = json.dumps(message).encode() + b"\0"
        while unsent:
            unsent = unsent[os.write(self._write, unsent) :]
        end = time.monotonic() + TIMEOUT
        while True:
            answer = self._receive(end, method)
            if answer.get("id") != self._asked:
                continue
            if "error" in answer:
                raise ChromiumError(f"{method}: {answer['error']['message']}")
            result: dict[str, Any] = answer["result"]
            return result

    def wait_for(self, event: str) -> None:
        end = time.monotonic() + TIMEOUT
        while not any(method == event for method, _ in self.events):
            self._receive(end, event)

    def _receive(self, end: float, awaited: str) -> dict[str, Any]:
        while b"\0" not in self._unread:
            if not select.select([self._read], [], [], max(0.0, end - time.monotonic()))[0]:
                raise ChromiumError(f"no {awaited} within {TIMEOUT:g} s: {self._said()}")
            read = os.read(self._read, 1 << 16)
            if not read:
                raise ChromiumError(f"Chromium has ended: {self._said()}")
            self._unread += read
        text, _, self._unread = self._unread.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        if "method" in message:
            self.events.append((message["method"], message.get("params", {})))
        return message

    def _said(self) -> str:
        return self._log.read_text(errors="replace")[-2000:]

    def close(self) -> None:
        """It ends by itself when the pipe does; whatever of it has not is killed."""
        for descriptor in (self._write, self._read):
            os.close(descriptor)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def _high(*descriptors: int) -> tuple[int, ...]:
    """The same descriptors with numbers that are not in the way of 3 and 4."""
    moved = tuple(fcntl.fcntl(each, fcntl.F_DUPFD_CLOEXEC, 10) for each in descriptors)
    for each in descriptors:
        os.close(each)
    return moved
