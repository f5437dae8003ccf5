"""A real proxy with our recipe, as a program of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Callable

from endpoint.listener import free_port
from local.wire import Answer, Headers, exchange, send

from .kinds import RECIPES, Kind, Places

HOST = "wiki.example.com"
Edit = Callable[[str], str]


class Proxy:
    """Used as a context manager it takes connections until the end."""

    def __init__(
        self, kind: Kind, folder: Path, server: int, application: int, edit: Edit | None = None
    ) -> None:
        """Beside the recipe: the ports of the server and of the application, and what else is to be changed
        in its files."""
        self.kind = kind
        port = free_port()
        http2_port = free_port() if kind.two_ports else port
        self.places = Places(folder, port, http2_port, server, application)
        self.port, self.http2_port = port, http2_port
        self.url = f"http://127.0.0.1:{port}"
        self._output = folder / "output"
        texts = {path.name: path.read_text() for path in sorted((RECIPES / kind.recipe).iterdir())}
        for old, new in kind.replaced(self.places).items():
            assert any(old in text for text in texts.values()), f"the recipe of {kind.name} has no {old!r}"
            texts = {name: text.replace(old, new) for name, text in texts.items()}
        if edit is not None:
            texts = {name: edit(text) for name, text in texts.items()}
        for name, text in {**texts, **kind.around}.items():
            (folder / ("recipe" if name == "Caddyfile" else name)).write_text(text)

    def __enter__(self) -> Proxy:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, seconds: float = 30) -> None:
        folder = self.places.folder
        with open(self._output, "ab") as output:
            self._process = subprocess.Popen(
                self.kind.command(self.places),
                cwd=folder,
                env={"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_DATA_HOME": str(folder)},
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        end = time.monotonic() + seconds
        while not self._listens():
            assert self._process.poll() is None, f"{self.kind.name} has ended: {self.output()}"
            assert time.monotonic() < end, f"{self.kind.name} does not listen: {self.output()}"
            time.sleep(0.02)

    def stop(self) -> None:
        # Envoy and nginx wait for open connections when they are asked to end.
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def output(self) -> str:
        return self._output.read_text(errors="replace")[-4000:]

    def ask(self, path: str = "/", headers: Headers = (), method: str = "GET", body: bytes = b"") -> Answer:
        """Sends one request for the protected host."""
        return exchange(self.url + path, method, headers, body, host=HOST)

    def send(self, request: bytes, method: str = "GET", seconds: float = 20) -> Answer:
        """Sends these bytes and reads one answer."""
        return send(self.port, request, method, seconds)

    def _listens(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False
