"""The program under test: probe.c, linked against the library, and told what to do."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from endpoint import Endpoint, minting

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = Path(os.environ.get("CFACCESS_LIBRARY", ROOT / "target" / "release" / "libcfaccess.so"))
PROGRAM = ROOT / "target" / "faults" / "probe"

Json = dict[str, Any]
_building = Lock()


@cache
def program() -> Path:
    """Built once in each run of the tests."""
    compiler = os.environ.get("CC", "cc")
    assert shutil.which(compiler), f"no C compiler {compiler}"
    PROGRAM.parent.mkdir(parents=True, exist_ok=True)
    strict = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-O2"]
    source = str(Path(__file__).with_name("probe.c"))
    # Another run of the tests may be using the last one.
    made = PROGRAM.with_name(f"probe-{os.getpid()}")
    places = [f"-I{ROOT / 'include'}", f"-L{LIBRARY.parent}", "-o", str(made)]
    subprocess.run([compiler, *strict, source, *places, "-pthread", "-lcfaccess"], check=True)
    return made.replace(PROGRAM)


class Probe:
    """A process with keys of the team `acme`, fetched with these options (durations in ms)."""

    def __init__(
        self,
        endpoint: Endpoint,
        environment: dict[str, str] | None = None,
        identity: dict[str, Any] | None = None,
        **options: object,
    ) -> None:
        """With other variables than those that lead to the endpoint; as another `user`, in `extra_groups`."""
        options = {"ca_file": endpoint.ca_file, **options}
        given = (f"{name}={value}" for name, value in options.items() if value is not None)
        with _building:
            command = [str(program()), *given]
        proxies = endpoint.environment() if environment is None else environment
        elsewhere = re.compile("proxy|SSL_CERT", re.IGNORECASE)
        inherited = {name: value for name, value in os.environ.items() if not elsewhere.search(name)}
        self._process = subprocess.Popen(
            command,
            env={
                **inherited,
                **proxies,
                "LD_LIBRARY_PATH": str(LIBRARY.parent),
                "PROBE_AUDIENCE": minting.AUDIENCE,
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            **(identity or {}),
        )
        self.made = self._answer()
        """How the making of the keys ended."""

    def __enter__(self) -> Probe:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(20)

    def ask(self, command: str) -> Json:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        return self._answer()

    def start(self, name: str, token: str, pause: int = 1000, calls: int = 0) -> None:
        """A thread verifies this token, or `random` ones, so often or until the end."""
        self.ask(f"start {name} {pause} {calls} {token}")

    def verify(self, token: str) -> Json:
        return self.ask(f"verify {token}")

    def connect(self) -> str:
        verdict: str = self.ask("connect")["verdict"]
        return verdict

    def report(self) -> Json:
        """What each thread has seen since the last report (`callers`), and the status of the `keys`."""
        return self.ask("report")

    def status(self) -> Json:
        """Of the keys; what the threads have seen is forgotten."""
        keys: Json = self.report()["keys"]
        return keys

    def threads(self) -> list[str]:
        """The names of its threads now."""
        names = []
        for task in Path(f"/proc/{self._process.pid}/task").iterdir():
            with suppress(FileNotFoundError):
                names.append((task / "comm").read_text().strip())
        return names

    def _answer(self) -> Json:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"the probe ended with status {self._process.wait(20)}"
        answer: Json = json.loads(line)
        return answer
