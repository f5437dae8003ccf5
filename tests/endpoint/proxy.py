"""Proxies that take every connection to one and the same server, whatever host it names."""

from __future__ import annotations

import base64
import socket
import ssl
import threading
from contextlib import suppress
from typing import Callable

from .listener import Listener, read_head


class Proxy:
    """An HTTP proxy: opens a tunnel to the loopback `port` for whoever asks, unless it `refuses`.

    With a `context` it speaks TLS itself. With `credentials` (`user:password`) it wants them. If it `drips`,
    its answer comes byte by byte and never ends.
    """

    def __init__(
        self,
        port: int,
        refuses: Callable[[], bool] = lambda: False,
        *,
        context: ssl.SSLContext | None = None,
        credentials: str | None = None,
        drips: bool = False,
    ) -> None:
        self._port = port
        self._refuses = refuses
        self._context = context
        self._credentials = credentials
        self._drips = drips
        self._ended = threading.Event()
        self._listener = Listener(self._serve)
        self.port = self._listener.port
        self.url = f"http://127.0.0.1:{self.port}"
        self.tunnels = 0
        """How many were opened."""

    def __enter__(self) -> Proxy:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._ended.set()
        self._listener.close()

    def _serve(self, client: socket.socket) -> None:
        if self._context is None:
            self._open(client)
        else:
            with self._context.wrap_socket(client, server_side=True) as secure:
                self._open(secure)

    def _open(self, client: socket.socket) -> None:
        head = read_head(client)
        if not head or self._refuses():
            return
        if self._drips:
            drip(client, b"HTTP/1.1 200 OK\r\nX-Padding: ", self._ended)
        elif not head[0].startswith("CONNECT "):
            client.sendall(b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n")
        elif not self._is_allowed(head):
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        else:
            self.tunnels += 1
            answer = b"HTTP/1.1 200 Connection established\r\n\r\n"
            tunnel(client, self._port, answer)

    def _is_allowed(self, head: list[str]) -> bool:
        if self._credentials is None:
            return True
        wanted = base64.b64encode(self._credentials.encode()).decode()
        return f"proxy-authorization: basic {wanted}".lower() in (line.lower() for line in head)


class Socks:
    """A SOCKS proxy: versions 4, 4a and 5 (RFC 1928), the latter with a password (RFC 1929) if there are
    `credentials`."""

    def __init__(self, port: int, *, credentials: str | None = None) -> None:
        self._port = port
        self._credentials = credentials
        self._listener = Listener(self._serve)
        self.address = f"127.0.0.1:{self._listener.port}"
        self.names: list[str] = []
        """The hosts that clients asked for by name."""

    def __enter__(self) -> Socks:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _serve(self, client: socket.socket) -> None:
        version = _receive(client, 1)
        if version == b"\x04":
            self._serve_4(client)
        elif version == b"\x05":
            self._serve_5(client)

    def _serve_4(self, client: socket.socket) -> None:
        _, _, address = _receive(client, 1), _receive(client, 2), _receive(client, 4)
        _receive_text(client)
        if address[:3] == bytes(3):
            self.names.append(_receive_text(client))
        tunnel(client, self._port, b"\x00\x5a" + bytes(6))

    def _serve_5(self, client: socket.socket) -> None:
        methods = _receive(client, _receive(client, 1)[0])
        wanted = b"\x00" if self._credentials is None else b"\x02"
        client.sendall(b"\x05" + (wanted if wanted in methods else b"\xff"))
        if wanted == b"\x02":
            _receive(client, 1)
            user, password = (_receive(client, _receive(client, 1)[0]).decode() for _ in range(2))
            is_allowed = f"{user}:{password}" == self._credentials
            client.sendall(b"\x01" + (b"\x00" if is_allowed else b"\x01"))
            if not is_allowed:
                return
        kind = _receive(client, 4)[3]
        if kind == 3:
            self.names.append(_receive(client, _receive(client, 1)[0]).decode())
        else:
            _receive(client, 4 if kind == 1 else 16)
        _receive(client, 2)
        tunnel(client, self._port, b"\x05\x00\x00\x01" + bytes(6))


def tunnel(client: socket.socket, port: int, answer: bytes) -> None:
    """Says that it is open, and passes on what comes."""
    with socket.create_connection(("127.0.0.1", port)) as server:
        client.sendall(answer)
        threading.Thread(target=_pump, args=(server, client), daemon=True).start()
        _pump(client, server)


def drip(client: socket.socket, beginning: bytes, ended: threading.Event) -> None:
    """Sends a byte every 50 ms until the client goes."""
    client.sendall(beginning)
    while not ended.wait(0.05):
        client.sendall(b"x")


def _receive(client: socket.socket, length: int) -> bytes:
    received = client.recv(length, socket.MSG_WAITALL) if length else b""
    if len(received) < length:
        raise ConnectionError("the client has gone")
    return received


def _receive_text(client: socket.socket) -> str:
    """Up to a NUL."""
    text = b""
    while (byte := _receive(client, 1)) != b"\0":
        text += byte
    return text.decode()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while received := source.recv(65536):
            sink.sendall(received)
    # The end of one half ends both: nobody here goes on after half of a conversation.
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
