"""A Redis server of a test's own, from the program that is installed."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from pathlib import Path
from shutil import which
from typing import Any

PROGRAM = os.environ.get("CFACCESS_TEST_REDIS_SERVER") or which("redis-server")


class Redis:
    """On loopback, with a user of its own for each purpose."""

    def __init__(self, folder: Path, *options: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        assert PROGRAM is not None
        fixed = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", ""]
        self._process = subprocess.Popen([PROGRAM, *fixed, *options], stdout=subprocess.DEVNULL)
        self._wait()

    def url(self, login: str = "", parameters: str = "") -> str:
        return f"redis://{login}127.0.0.1:{self.port}/0{parameters}"

    def ask(self, *words: str) -> bytes:
        """One command, and the beginning of the answer as it comes over the wire."""
        command = f"*{len(words)}\r\n" + "".join(f"${len(word)}\r\n{word}\r\n" for word in words)
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(command.encode())
            return connection.recv(65536)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def _wait(self) -> None:
        end = time.monotonic() + 20
        while True:
            try:
                if self.ask("PING").startswith((b"+PONG", b"-NOAUTH")):
                    return
            except OSError:
                pass
            assert time.monotonic() < end, "the server does not come up"
            time.sleep(0.02)

    def __enter__(self) -> Redis:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()
