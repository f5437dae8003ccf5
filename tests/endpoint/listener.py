"""A listening socket on loopback that can be deaf for a while and keeps its port."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Callable


class Listener:
    """Hands each connection to a thread of its own."""

    def __init__(self, serve: Callable[[socket.socket], None]) -> None:
        self._serve = serve
        # Bound to a port by name, the socket keeps it while it does not listen.
        self.port = free_port()
        self._socket = _bound(self.port)
        self._hears = threading.Event()
        self._closed = False
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self.hear()
        threading.Thread(target=self._accept, daemon=True).start()

    def hear(self) -> None:
        """Takes connections, as from the beginning."""
        if not self._hears.is_set():
            self._socket.listen(128)
            self._hears.set()

    def refuse(self) -> None:
        """Connections are refused, as if nothing listened."""
        if self._hears.is_set():
            self._hears.clear()
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.refuse()
        with self._lock:
            self._closed = True
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self._hears.set()
        self._socket.close()

    def _accept(self) -> None:
        while True:
            self._hears.wait()
            if self._closed:
                return
            try:
                connection, _ = self._socket.accept()
            except OSError:
                continue
            threading.Thread(target=self._attend, args=(connection,), daemon=True).start()

    def _attend(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)
        try:
            if not self._closed:
                self._serve(connection)
        except OSError:
            pass
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()


def read_head(connection: socket.socket) -> list[str]:
    """The lines of a request up to the empty one; none if it did not come whole."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        received = connection.recv(1) if len(head) < 65536 else b""
        if not received:
            return []
        head += received
    return head.decode("latin-1").split("\r\n")[:-2]


def free_port() -> int:
    """A port that nobody listens on now."""
    with _bound(0) as found:
        port: int = found.getsockname()[1]
        return port


def _bound(port: int) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound
