"""Stores of revocations, written to by another process than nginx."""

from __future__ import annotations

import os
import socket
import sys

from .server import ROOT

sys.path.append(str(ROOT / "bindings" / "python" / "src"))
os.environ.setdefault("CFACCESS_LIBRARY", str(ROOT / "target" / "release" / "libcfaccess.so"))

from cfaccess import Revocations

IN_FORCE = 2.0
"""Within so many seconds a revocation is in force in every process."""


def opened(url: str) -> Revocations:
    return Revocations.open(url, team="acme")


class Silent:
    """A store that takes connections and never says a word."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self._socket.getsockname()[1]}/0"

    def __enter__(self) -> Silent:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
