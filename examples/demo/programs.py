"""One small program a language: how it is built, how it is run, and what it answers."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "target" / "release" / "libcfaccess.so"
COMMAND = ROOT / "target" / "cli" / "release" / "cfaccess"
TOKENS = ROOT / "examples" / "demo" / "tokens.txt"
CERTS = "examples/demo/certs.json"

Answers = Mapping[str, tuple[str, str]]
"""Status, and who is calling or why the token is refused, by the name of the token."""


class Failure(Exception):
    """Why there is nothing to show, in a line."""


@dataclass(frozen=True)
class Program:
    """The program of one language. Its commands are run in the root of the repository."""

    language: str
    run: str
    build: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)

    def make(self) -> None:
        """Builds what has to be built, and shows the command."""
        if not self.build:
            return
        print(self.build, flush=True)
        (ROOT / "target" / "demo").mkdir(parents=True, exist_ok=True)
        if self._start(shlex.split(self.build)).returncode != 0:
            raise Failure(f"the {self.language} program could not be built")

    def start(self, certs: str, tokens: str, *store: str) -> subprocess.CompletedProcess[str]:
        """Runs it with these keys and these lines, and perhaps with a store of revocations."""
        return self._start([*shlex.split(self.run), certs, *store], tokens, subprocess.PIPE)

    def start_command(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Runs another command with its environment."""
        return self._start(command, output=subprocess.PIPE)

    def answers(self) -> Answers:
        """What it says about the tokens of the demo."""
        return self._read(self.start(CERTS, TOKENS.read_text(encoding="ascii")))

    def answers_with(self, store: str, tokens: Mapping[str, str]) -> Answers:
        """What it says about these tokens now, with this store of revocations."""
        lines = "".join(f"{name} {token}\n" for name, token in tokens.items())
        return self._read(self.start(CERTS, lines, store))

    def _read(self, ended: subprocess.CompletedProcess[str]) -> Answers:
        if ended.returncode != 0:
            raise Failure(f"the {self.language} program failed: {ended.stderr.strip()}")
        lines = [line.split(maxsplit=2) for line in ended.stdout.splitlines()]
        return {name: (status, who_or_why) for name, status, who_or_why in lines}

    def _start(
        self, command: Sequence[str], given: str = "", output: int | None = None
    ) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                command,
                cwd=ROOT,
                env={**os.environ, **self.environment},
                input=given,
                stdout=output,
                stderr=output,
                encoding="utf-8",
                check=False,
            )
        except OSError as error:
            raise Failure(f"{command[0]} could not be started: {error.strerror}") from None


C = Program(
    "C",
    build=f"{os.environ.get('CC', 'cc')} -std=c11 -Wall -Wextra -Iinclude examples/demo/c/demo.c"
    " -Ltarget/release -lcfaccess -Wl,-rpath,'$ORIGIN/../release' -o target/demo/demo-c",
    run="target/demo/demo-c",
)
PYTHON = Program(
    "Python",
    run=f"{shlex.quote(sys.executable)} examples/demo/python/demo.py",
    environment={
        "CFACCESS_LIBRARY": str(LIBRARY),
        "PYTHONPATH": str(ROOT / "bindings" / "python" / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",
    },
)
GO = Program(
    "Go",
    # Asking for version control information fails in a checkout that belongs to another user.
    build="go build -C examples/demo/go -tags=cfaccess_dev -buildvcs=false -o ../../../target/demo/demo-go",
    run="target/demo/demo-go",
    environment={"CGO_ENABLED": "1"},
)
PROGRAMS = [C, PYTHON, GO]
