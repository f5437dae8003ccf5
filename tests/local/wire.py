"""HTTP/1.1 over a socket, so that a test sends exactly what it says and sees exactly what comes."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPResponse
from urllib.parse import parse_qs, urlsplit

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for each, value in self.headers if each.lower() == name.lower()]

    def one(self, name: str) -> str:
        values = self.all(name)
        assert len(values) == 1, f"{name} came {len(values)} times"
        return values[0]

    @property
    def location(self) -> str:
        return self.one("Location")

    @property
    def query(self) -> dict[str, str]:
        """Of the location."""
        return {name: value for name, (value, *_) in parse_qs(urlsplit(self.location).query).items()}

    def cookie(self, name: str) -> dict[str, str] | None:
        """A cookie that is set: its value under its name, its attributes in lower case."""
        for line in self.all("Set-Cookie"):
            first, *rest = line.split(";")
            given, _, value = first.partition("=")
            if given.strip() == name:
                attributes = (part.strip().partition("=") for part in rest)
                return {name: value} | {key.lower(): text for key, _, text in attributes}
        return None


def exchange(
    url: str, method: str = "GET", headers: Headers = (), body: bytes = b"", host: str | None = None
) -> Answer:
    """Sends one request to the origin of a URL."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {target} HTTP/1.1", f"Host: {parts.netloc if host is None else host}"]
    lines += [f"{name}: {value}" for name, value in headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return send(parts.port or 80, "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body, method)


def send(port: int, request: bytes, method: str = "GET", seconds: float = 20) -> Answer:
    """Sends bytes to a port of this computer, and reads one answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        connection.sendall(request)
        response = HTTPResponse(connection, method=method)
        response.begin()
        body = b"" if response.status == 101 else response.read()
        return Answer(response.status, response.getheaders(), body)
