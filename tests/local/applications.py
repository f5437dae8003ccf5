"""Applications with the library, in Python and in Go, behind one local Access."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from endpoint.listener import free_port
from run.suites import go

from .program import ROOT, Local, environment, running
from .wire import Answer, Headers

LIBRARY = Path(os.environ["CFACCESS_LIBRARY"])
GO_PROGRAM = ROOT / "target" / "tests" / "local-application"
GO_SOURCE = ROOT / "tests" / "local" / "go"
LANGUAGES = ("python", "go")

APPLICATION = """
[[application]]
name = "{name}"
upstream = "http://127.0.0.1:{port}"
[[application.policy]]
name = "everyone"
decision = "allow"
include = {{ everyone = true }}
"""
PERSON = """
[[user]]
email = "ada@example.com"
"""


@dataclass(frozen=True)
class Verdict:
    """What the library said in the application."""

    status: str
    failures: int
    """How many fetches of its keys have failed."""


@dataclass
class Applications:
    local: Local

    @property
    def names(self) -> list[str]:
        return list(self.local.ready["audiences"])

    def session(self, name: str) -> Headers:
        return [("Cookie", f"CF_Authorization={self.local.sign_in(name=name)}")]

    def get(self, name: str, path: str = "/", headers: Headers | None = None) -> Answer:
        """What a client gets, by default one with a new session."""
        return self.local.get(path, self.session(name) if headers is None else headers, name)

    def ask(self, name: str, path: str = "/", headers: Headers | None = None) -> Verdict:
        answer = self.get(name, path, headers)
        assert answer.status == 200, (answer.status, answer.body)
        return Verdict(**json.loads(answer.body))

    def fault(self, name: str, **limits: object) -> None:
        self.local.control("POST", "faults", {"name": name, **limits})


def languages() -> list[str]:
    return [name for name in LANGUAGES if name != "go" or shutil.which("go")]


@cache
def go_program() -> Path:
    """Built with the header and the library of this checkout."""
    folder = LIBRARY.parent
    subprocess.run(
        ["go", "build", f"-tags={go.TAGS}", "-o", str(GO_PROGRAM), "."],
        cwd=GO_SOURCE,
        env={**os.environ, **go.environment(CGO_LDFLAGS=f"-L{folder} -Wl,-rpath,{folder}")},
        check=True,
    )
    return GO_PROGRAM


@contextmanager
def _started(command: Sequence[str], settings: Mapping[str, str]) -> Iterator[None]:
    process = subprocess.Popen(
        command,
        cwd=ROOT / "tests",
        env=environment(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, f"{command} did not start: {process.communicate(timeout=10)[1]}"
        yield
    finally:
        process.kill()
        process.communicate()


@contextmanager
def running_applications() -> Iterator[Applications]:
    commands = {"python": [sys.executable, "-m", "local.application"]}
    if "go" in languages():
        commands["go"] = [str(go_program())]
    ports = {name: free_port() for name in commands}
    config = "".join(APPLICATION.format(name=name, port=port) for name, port in ports.items()) + PERSON
    with ExitStack() as stack:
        local = stack.enter_context(running(config=config))
        for name, command in commands.items():
            settings = {
                **local.ready["environment"],
                "AUDIENCE": local.audience(name),
                "PORT": str(ports[name]),
                "PYTHONPATH": str(ROOT / "bindings" / "python" / "src"),
                "CFACCESS_LIBRARY": str(LIBRARY),
            }
            stack.enter_context(_started(command, settings))
        yield Applications(local)
