"""The nouns of the runner: what a suite is, what it needs, and how it ended."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Protocol

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Outcome:
    """How many tests passed, which failed, and which were skipped, each with what was missing."""

    passed: int = 0
    failed: int = 0
    failures: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    # How long it ran, without what it builds.
    seconds: float = field(default=0, compare=False)


class Reader(Protocol):
    """Follows one run of a suite and counts its tests."""

    def line(self, text: str) -> str | None:
        """Takes one line of output, without its end, and returns what to show of it."""

    def finish(self, exit_status: int) -> Outcome:
        """Called once, after the last line."""


@dataclass(frozen=True)
class Need:
    """Something without which a suite is skipped. It is looked for just before the suite starts."""

    name: str
    found: Callable[[], bool]


@dataclass(frozen=True)
class Suite:
    """One command that runs tests of one language, from the folder `where` below the root."""

    name: str
    language: str
    command: Sequence[str]
    reader: Callable[[], Reader]
    needs: Sequence[Need] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    where: str = "."
    minutes: float = 15
    # Whether it may run beside another one, since it neither waits nor measures time.
    shares: bool = False
    # What has to be built from the sources as they are now, lest an old library pass the tests.
    builds: Sequence[Suite] = ()

    def word(self) -> str:
        """What `ONLY` calls it, such as `go/tests-with-race-detector`."""
        return f"{self.language}/{self.name}".replace(" ", "-").lower()

    def shell_line(self) -> str:
        """The command as one would type it in the root folder, to be copied."""
        parts = [f"{name}={shlex.quote(value)}" for name, value in self.environment.items()]
        line = " ".join([*parts, shlex.join(self.command)])
        return line.replace(f"{ROOT}/", "") if self.where == "." else f"(cd {self.where} && {line})"


@dataclass(frozen=True)
class Result:
    """A suite and how it ended."""

    suite: Suite
    outcome: Outcome
