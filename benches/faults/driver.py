"""A driver: a program that sends streams of tokens through one library, as it is told.

It prints `ready` and reads commands, one a line:

    warm FILE                           verifies the first token of the file, and prints `warm VERDICT`
    stream NAME FILE RATE WORKERS COUNT begins to verify the tokens of the file, over and over, RATE of them a
                                        second and COUNT in all, by this many workers
    stop NAME                           ends the stream; what is due by now is still answered
    end                                 stops all streams, waits a little for what is due, and prints for each
                                        request `sample NAME BEGIN WAIT VERDICT`, and at last `end`

BEGIN is in seconds since 1970, WAIT in seconds. VERDICT is `OK`, or why the token was refused, or
`unanswered`. A request that is due while every worker waits for the library counts from when it was due.
"""

from __future__ import annotations

import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

WORKERS = 128
"""More than there are requests waiting at once, as long as each waits for at most a second."""
ENDLESS_SECONDS = 30
SETTLE_SECONDS = 0.1


@dataclass(frozen=True)
class Sample:
    stream: str
    begin: float
    wait: float
    verdict: str

    @property
    def is_served(self) -> bool:
        return self.verdict == "OK"


class Driver:
    def __init__(self, command: tuple[str, ...], environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            env=environment,
        )
        self._expect("ready")

    def warm(self, tokens: Path) -> None:
        """Has the keys fetched."""
        self._tell(f"warm {tokens}")
        self._expect("warm OK")

    def stream(self, name: str, tokens: Path, rate: int, count: int = 0, workers: int = WORKERS) -> None:
        self._tell(f"stream {name} {tokens} {rate} {workers} {count or rate * ENDLESS_SECONDS}")

    def retire(self, name: str) -> None:
        """Ends the stream, and returns when what it has sent is long answered."""
        self._tell(f"stop {name}")
        time.sleep(SETTLE_SECONDS)

    def end(self) -> tuple[list[Sample], int]:
        """The samples, and the most memory that the process had, in bytes."""
        self._tell("end")
        samples = []
        while (line := self._line()) != "end":
            _, stream, begin, wait, verdict = line.split(" ", 4)
            samples.append(Sample(stream, float(begin), float(wait), verdict))
        memory = _peak_memory(self._process.pid)
        self._process.communicate()
        return samples, memory

    def _tell(self, command: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(command + "\n")

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"faults: {self._process.args!r} ended by itself")
        return line.rstrip("\n")

    def _expect(self, expected: str) -> None:
        if (line := self._line()) != expected:
            raise SystemExit(f"faults: {self._process.args!r} said {line!r}, not {expected!r}")


def _peak_memory(process: int) -> int:
    found = re.search(r"^VmHWM:\s*(\d+) kB$", Path(f"/proc/{process}/status").read_text(), re.MULTILINE)
    return int(found[1]) * 1024 if found else 0
