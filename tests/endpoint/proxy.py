"""A proxy that takes every CONNECT to one and the same server, whatever host it names."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Callable

from .listener import Listener, read_head


class Proxy:
    """Opens a tunnel to the loopback `port` for whoever asks, unless it `refuses`."""

    def __init__(self, port: int, refuses: Callable[[], bool]) -> None:
        self._port = port
        self._refuses = refuses
        self._listener = Listener(self._serve)
        self.url = f"http://127.0.0.1:{self._listener.port}"

    def close(self) -> None:
        self._listener.close()

    def _serve(self, client: socket.socket) -> None:
        head = read_head(client)
        if not head or self._refuses():
            return
        if not head[0].startswith("CONNECT "):
            client.sendall(b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n")
            return
        with socket.create_connection(("127.0.0.1", self._port)) as server:
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            threading.Thread(target=_pump, args=(server, client), daemon=True).start()
            _pump(client, server)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while received := source.recv(65536):
            sink.sendall(received)
    # The end of one half ends both: nobody here goes on after half of a conversation.
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
