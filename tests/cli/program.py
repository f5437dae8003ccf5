"""Runs the program, with an environment of nothing but what a test sets."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("CFACCESS_PROGRAM", ROOT / "target" / "cli" / "debug" / "cfaccess"))
VECTORS = ROOT / "tests" / "vectors"

sys.path.append(str(VECTORS / "generate"))

import mint  # noqa: E402

NOW = str(mint.NOW)
"""A time at which the tokens of `mint` are valid."""
AUDIENCE = mint.AUDIENCE
ACME = ("--team=acme", f"--audience={AUDIENCE}", f"--keys={VECTORS / 'acme.jwks.json'}")
"""What a good token is verified with."""


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one object of standard output."""
        assert self.out.endswith("}\n"), self.out
        return json.loads(self.out)


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """No configuration but that of the test, and the time zone of no place."""
    return {"PATH": os.environ["PATH"], "XDG_CONFIG_HOME": "/nonexistent", "TZ": "UTC0", **(extra or {})}


def run(
    *arguments: str,
    stdin: bytes | str = b"",
    env: Mapping[str, str] | None = None,
    program: Path = PROGRAM,
    timeout: float = 30,
) -> Ended:
    """Without a terminal."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    ended = subprocess.run(
        [program, *arguments],
        input=given,
        env=environment(env),
        capture_output=True,
        check=False,
        timeout=timeout,
    )
    return Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, *arguments: str, env: Mapping[str, str] | None = None) -> None:
        extra = {"TERM": "xterm", **(env or {})}
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(PROGRAM, [str(PROGRAM), *arguments], environment(extra))
        self.shown = ""

    def wait_for(self, text: str, seconds: float = 15) -> None:
        end = time.monotonic() + seconds
        while text not in self.shown:
            assert time.monotonic() < end, f"waited in vain for {text!r}: {self.shown!r}"
            if not self._read(0.1):
                break
        assert text in self.shown, self.shown

    def type(self, text: str) -> None:
        os.write(self.fd, text.encode())

    def end(self) -> Ended:
        """Waits for its end; a death by signal N is the code -N."""
        while self._read(30):
            pass
        os.close(self.fd)
        _, status = os.waitpid(self.pid, 0)
        return Ended(os.waitstatus_to_exitcode(status), self.shown, "")

    def _read(self, seconds: float) -> bool:
        """Whether there may be more."""
        ready, _, _ = select.select([self.fd], [], [], seconds)
        if not ready:
            return True
        try:
            read = os.read(self.fd, 65536)
        except OSError:  # Its last process has ended.
            return False
        self.shown += read.decode(errors="replace")
        return bool(read)


def token(**changes: object) -> str:
    """A person's token that is good at `NOW`."""
    return mint.token(payload=mint.person(**changes)).decode()


def service_token(**changes: object) -> str:
    return mint.token(payload=mint.service(**changes)).decode()
