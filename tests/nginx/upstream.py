"""What stands after nginx: an application that answers with the request as it came, over HTTP and FastCGI."""

from __future__ import annotations

import json
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from endpoint.listener import Listener, read_head

EMAIL = "Cf-Access-Authenticated-User-Email"


@dataclass(frozen=True)
class Seen:
    """A request as it came."""

    line: str
    headers: list[tuple[str, str]]
    """For FastCGI its parameters."""

    def all(self, name: str) -> list[str]:
        """The values of a header in every spelling that an application may take for it."""
        plain = _plain(name)
        return [value for each, value in self.headers if _plain(each) == plain]

    @property
    def emails(self) -> list[str]:
        return self.all(EMAIL)


def _plain(name: str) -> str:
    return name.lower().replace("_", "-").removeprefix("http-")


class Upstream:
    """Answers every request with 200 and what it saw, as JSON; a request for a WebSocket with 101."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: list[Seen] = []
        self._http = Listener(self._serve_http)
        self._fastcgi = Listener(self._serve_fastcgi)
        self.url = f"http://127.0.0.1:{self._http.port}"
        self.fastcgi = f"127.0.0.1:{self._fastcgi.port}"
        self.answers: dict[str, bytes] = {}
        """By path: a whole HTTP answer in place of the usual one."""

    def __enter__(self) -> Upstream:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()
        self._fastcgi.close()

    @property
    def seen(self) -> list[Seen]:
        with self._lock:
            return list(self._seen)

    @property
    def last(self) -> Seen:
        return self.seen[-1]

    def forget(self) -> None:
        with self._lock:
            self._seen.clear()

    def _see(self, line: str, headers: list[tuple[str, str]]) -> bytes:
        seen = Seen(line, headers)
        with self._lock:
            self._seen.append(seen)
        return json.dumps({"line": line, "headers": headers}).encode()

    def _serve_http(self, connection: socket.socket) -> None:
        connection.settimeout(30)
        while head := read_head(connection):
            headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in head[1:])]
            _read_body(connection, headers)
            body = self._see(head[0], headers)
            answer = self.answers.get(head[0].split(" ")[1].partition("?")[0])
            if answer is not None:
                connection.sendall(answer)
                return
            if any(name.lower() == "upgrade" for name, _ in headers):
                connection.sendall(
                    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
                )
                with suppress(OSError):
                    while received := connection.recv(65536):
                        connection.sendall(received)
                return
            connection.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
                + (b"" if head[0].startswith("HEAD ") else body)
            )

    def _serve_fastcgi(self, connection: socket.socket) -> None:
        connection.settimeout(30)
        parameters = b""
        while True:
            kind, content = _record(connection)
            if kind == 4:
                parameters += content
            if kind == 5 and not content:
                break
        headers = _pairs(parameters)
        body = self._see(dict(headers).get("REQUEST_URI", ""), headers)
        answer = b"Content-Type: application/json\r\n\r\n" + body
        for kind, content in ((6, answer), (6, b""), (3, bytes(8))):
            for begin in range(0, max(len(content), 1), 65535):
                piece = content[begin : begin + 65535]
                connection.sendall(struct.pack(">BBHHBB", 1, kind, 1, len(piece), 0, 0) + piece)


def _read_body(connection: socket.socket, headers: list[tuple[str, str]]) -> None:
    length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
    while length > 0:
        received = connection.recv(min(length, 65536))
        if not received:
            return
        length -= len(received)


def _record(connection: socket.socket) -> tuple[int, bytes]:
    _, kind, _, length, padding, _ = struct.unpack(">BBHHBB", _exactly(connection, 8))
    content = _exactly(connection, length)
    _exactly(connection, padding)
    return kind, content


def _exactly(connection: socket.socket, length: int) -> bytes:
    received = b""
    while len(received) < length:
        more = connection.recv(length - len(received))
        if not more:
            raise OSError("the connection ended early")
        received += more
    return received


def _pairs(parameters: bytes) -> list[tuple[str, str]]:
    pairs, place = [], 0

    def number(place: int) -> tuple[int, int]:
        if parameters[place] < 128:
            return parameters[place], place + 1
        value: Any = struct.unpack(">I", parameters[place : place + 4])[0]
        return value & 0x7FFFFFFF, place + 4

    while place < len(parameters):
        name_len, place = number(place)
        value_len, place = number(place)
        name = parameters[place : place + name_len].decode("latin-1")
        place += name_len
        pairs.append((name, parameters[place : place + value_len].decode("latin-1")))
        place += value_len
    return pairs
