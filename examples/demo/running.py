"""Starts `cfaccess local` with an application behind it, and a curl that keeps cookies."""

from __future__ import annotations

import json
import os
import shlex
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from programs import COMMAND, PYTHON, ROOT, Failure

APPLICATION = "examples/demo/python/application.py"


@dataclass(frozen=True)
class Answer:
    """Of a request, without following where it leads."""

    status: int
    location: str
    text: str
    sets_session: bool

    @property
    def refusal(self) -> str:
        """The status of the library, where its guard answers."""
        try:
            return str(json.loads(self.text)["status"])
        except (ValueError, KeyError, TypeError):
            return ""


@dataclass(frozen=True)
class Running:
    """A running `cfaccess local`, where the application listens, and the cookies of curl."""

    ready: dict[str, Any]
    port: int
    jar: Path

    @property
    def url(self) -> str:
        return str(self.ready["url"])

    def curl(self, url: str, *options: str) -> Answer:
        command = ["curl", "--silent", "--show-error", "--include", "--noproxy", "*", "--max-time", "20"]
        cookies = ["--cookie", str(self.jar), "--cookie-jar", str(self.jar)]
        printed = _printed([*command, *cookies, *options, url])
        head, _, text = printed.partition("\n\n")
        first, *lines = head.splitlines()
        fields = [(name.lower(), value) for name, _, value in (line.partition(": ") for line in lines)]
        session = any(
            name == "set-cookie" and value.startswith("CF_Authorization=") for name, value in fields
        )
        return Answer(int(first.split()[1]), dict(fields).get("location", ""), text, session)

    def control(self, *words: str) -> None:
        """What a developer types while it runs."""
        _printed(
            [str(COMMAND), "local", *words],
            CFACCESS_LOCAL=self.ready["team_url"],
            CFACCESS_LOCAL_CONTROL=self.ready["control_token"],
        )

    def forget(self) -> None:
        """Takes the cookies away."""
        self.jar.unlink(missing_ok=True)


def _printed(command: list[str], **environment: str) -> str:
    try:
        ended = subprocess.run(
            command,
            env={**os.environ, **environment},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    except OSError as error:
        raise Failure(f"{command[0]} could not be started: {error.strerror}") from None
    if ended.returncode != 0:
        raise Failure(f"{Path(command[0]).name} failed: {ended.stderr.strip()}")
    return ended.stdout


@contextmanager
def running() -> Iterator[Running]:
    """In front of the application of the demo, which it starts."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    upstream = ["--upstream", f"http://127.0.0.1:{port}", "--port", "0"]
    application = [sys.executable, APPLICATION, str(port)]
    shown = ["cfaccess", "local", *upstream, "--", "python3", *application[1:]]
    print(f"\n{shlex.join(shown)}", flush=True)
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("w+", encoding="utf-8") as log:
        process = subprocess.Popen(
            [str(COMMAND), "local", *upstream, "--ready-json", "--", *application],
            cwd=ROOT,
            env={**os.environ, **PYTHON.environment},
            stdout=subprocess.PIPE,
            stderr=log,
            encoding="utf-8",
        )
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line or not _listens(port, process):
                log.seek(0)
                raise Failure(f"cfaccess local did not start: {log.read().strip()}")
            yield Running(json.loads(line), port, Path(folder) / "cookies")
        finally:
            process.terminate()
            process.communicate(timeout=20)


def _listens(port: int, process: subprocess.Popen[str]) -> bool:
    end = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return True
        except OSError:
            time.sleep(0.05)
    return False
