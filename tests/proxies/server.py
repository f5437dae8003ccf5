"""`cfaccess forward-auth`, with the keys of an endpoint."""

from __future__ import annotations

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from endpoint import Endpoint
from endpoint.listener import free_port
from endpoint.minting import AUDIENCE
from local.program import PROGRAM, environment

CONFIG = """\
listen = "127.0.0.1:{port}"
ca_file = "{ca_file}"

[app.wiki]
team = "acme"
audience = "{audience}"
allow_any_service = true
"""


@dataclass(frozen=True)
class Server:
    port: int
    process: subprocess.Popen[bytes]
    config: Path
    log: Path


@cache
def missing() -> str | None:
    """What is missing, if the server cannot be started."""
    if not PROGRAM.exists():
        return f"{PROGRAM} is missing: make cli"
    return None


@contextmanager
def running_server(
    folder: Path, endpoint: Endpoint, ready: bool = True, **variables: str
) -> Iterator[Server]:
    """Serves the application `wiki`. It is waited for until it has keys, or only until it listens."""
    port = free_port()
    config = folder / "forward-auth.toml"
    config.write_text(CONFIG.format(port=port, ca_file=endpoint.ca_file, audience=AUDIENCE))
    output = folder / "forward-auth.log"
    with open(output, "wb") as log:
        process = subprocess.Popen(
            [PROGRAM, "forward-auth", "--config", config],
            env=environment({**endpoint.environment(), **variables}),
            stdout=log,
            stderr=log,
        )
    try:
        page = "readyz" if ready else "healthz"
        end = time.monotonic() + 20
        while not _says_200(f"http://127.0.0.1:{port}/{page}"):
            assert process.poll() is None, f"it did not start: {output.read_text()}"
            assert time.monotonic() < end, f"{page} is not 200: {output.read_text()}"
            time.sleep(0.02)
        yield Server(port, process, config, output)
    finally:
        process.terminate()
        process.wait(15)


def _says_200(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False
