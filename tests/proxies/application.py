"""The application that a proxy protects: keeps every request as it came."""

from __future__ import annotations

import base64
import hashlib
import socket
from types import TracebackType

from endpoint.listener import Listener, read_head
from local.origin import Got


class Application:
    """Answers with 200 and no more; a request for a WebSocket with 101, and then with what it hears."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self._listener = Listener(self._serve)
        self.port = self._listener.port

    def __enter__(self) -> Application:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()

    def last(self) -> Got:
        assert self.got, "nothing arrived at the application"
        return self.got[-1]

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(30)
        while head := read_head(connection):
            method, target, _ = head[0].split(" ", 2)
            headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in head[1:])]
            got = Got(method, target, headers, _body(connection, headers))
            self.got.append(got)
            if got.one("upgrade") is not None:
                key = (got.one("Sec-WebSocket-Key") or "") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
                accept = base64.b64encode(hashlib.sha1(key.encode()).digest())
                connection.sendall(
                    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    b"Sec-WebSocket-Accept: %b\r\n\r\n" % accept
                )
                while received := connection.recv(65536):
                    connection.sendall(received)
                return
            body = b"" if method == "HEAD" else b"welcome"
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n" + body)


def _body(connection: socket.socket, headers: list[tuple[str, str]]) -> bytes:
    given = {name.lower(): value for name, value in headers}
    if given.get("expect", "").lower() == "100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    with connection.makefile("rb") as stream:
        if "chunked" not in given.get("transfer-encoding", ""):
            return stream.read(int(given.get("content-length", "0")))
        body = b""
        while size := int(stream.readline().partition(b";")[0], 16):
            body += stream.read(size)
            stream.readline()
        while stream.readline().strip():
            pass
        return body
