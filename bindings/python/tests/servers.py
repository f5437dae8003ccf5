"""Real servers on the loopback, usually with the applications of `examples/python`, and requests to them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from typing import NamedTuple

import cfaccess
import pytest
from endpoint import Endpoint
from support import AUDIENCE

TESTS = Path(__file__).resolve().parent
EXAMPLES = TESTS.parents[2] / "examples" / "python"
LOGIN_PAGE = "https://acme.cloudflareaccess.com/cdn-cgi/access/login/app.example.com"

GUNICORN = ["gunicorn", "--workers=1", "--threads=2", "--log-level=warning", "--bind=fd://{fd}"]
PRELOADED = ["gunicorn", "--preload", "--workers=3", "--log-level=warning", "--bind=fd://{fd}"]
UVICORN = ["uvicorn", "--log-level=warning", "--fd={fd}"]


class Answer(NamedTuple):
    """What a server answered."""

    status: int
    headers: HTTPMessage
    body: str


class Server(NamedTuple):
    """One that runs, and where it listens."""

    port: int
    unix: Path | None = None

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """An underscore in the name of a header is a hyphen."""
        return self.request(method, path, {name.replace("_", "-"): value for name, value in headers.items()})

    def request(self, method: str, path: str, headers: Mapping[str, str]) -> Answer:
        """The names of headers are sent as they are."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            if self.unix is not None:
                connection.sock = socket.socket(socket.AF_UNIX)
                connection.sock.settimeout(20)
                connection.sock.connect(str(self.unix))
            connection.request(method, path, headers=dict(headers))
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read().decode())
        finally:
            connection.close()


@contextmanager
def serving(
    command: list[str], application: str, directory: Path, endpoint: Endpoint, **more: str
) -> Iterator[Server]:
    """Keys come from this endpoint. Connections wait in the socket `{fd}`, which is open before the server
    starts: there is no race. A server whose command has `{socket}` listens there."""
    environment = {
        **os.environ,
        **endpoint.environment(),
        "SSL_CERT_FILE": endpoint.ca_file,
        "CFACCESS_TEAM": "acme",
        "CFACCESS_AUDIENCE": AUDIENCE,
        "CFACCESS_LOGIN_PAGE": LOGIN_PAGE,
        "PYTHONPATH": os.pathsep.join([str(EXAMPLES), str(TESTS), str(Path(cfaccess.__file__).parents[1])]),
        **more,
    }
    with socket.create_server(("127.0.0.1", 0)) as listening, (directory / "log").open("w+") as log:
        unix = directory / "socket" if any("{socket}" in word for word in command) else None
        arguments = [word.format(fd=listening.fileno(), socket=unix) for word in command]
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments, *filter(None, [application])],
            cwd=directory,
            env=environment,
            pass_fds=[listening.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            server = Server(listening.getsockname()[1], unix)
            _wait_for(server, process, directory / "log")
            yield server
        finally:
            process.terminate()
            process.wait(20)


def _wait_for(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        try:
            server.ask("/healthz")
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the server did not start: {log.read_text()[-2000:]}")
