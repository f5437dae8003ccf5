"""What a proxy takes for the server: leads to a real one, or fails in its place."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from types import TracebackType

from endpoint.listener import Listener

GARBAGE = {
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20,
    "half a line": b"HTTP/1.1 2",
    "half a head": b"HTTP/1.1 200 OK\r\nCf-Access-Authenticated-User-Email: admin@example.com\r\n",
    "redirect": b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
    "error": b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n",
    "nothing": b"",
}


class Way:
    """Its port stays the same whatever it leads to."""

    def __init__(self) -> None:
        self._to: int | None = None
        self._says: bytes | None = None
        self._open: set[socket.socket] = set()
        self._listener = Listener(self._serve)
        self.port = self._listener.port

    def __enter__(self) -> Way:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()

    def to(self, port: int) -> None:
        """Leads to this port."""
        if port != self._to:
            self._become(port, None)

    def hang(self) -> None:
        """Takes connections and never says a word."""
        self._become(None, None)

    def say(self, answer: bytes) -> None:
        """Says this to every request, and closes."""
        self._become(None, answer)

    def refuse(self) -> None:
        """Takes no connection."""
        self._become(None, None)
        self._listener.refuse()

    def _become(self, to: int | None, says: bytes | None) -> None:
        self._listener.hear()
        self._to, self._says = to, says
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        # Until proxies know that the connections that they keep have ended.
        time.sleep(0.05)

    def _serve(self, connection: socket.socket) -> None:
        self._open.add(connection)
        try:
            if self._to is not None:
                with socket.create_connection(("127.0.0.1", self._to)) as server:
                    back = threading.Thread(target=_carry, args=(server, connection), daemon=True)
                    back.start()
                    _carry(connection, server)
                    back.join()
            elif self._says is not None:
                connection.recv(65536)
                connection.sendall(self._says)
            else:
                while connection.recv(65536):
                    pass
        finally:
            self._open.discard(connection)


def _carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while received := source.recv(65536):
            target.sendall(received)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
