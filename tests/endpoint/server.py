"""The endpoint itself."""

from __future__ import annotations

import socket
import ssl
import tempfile
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .answers import answer, content, drip
from .behaviour import Behaviour
from .certificates import contexts
from .listener import Listener, read_head
from .log import Log, Request
from .proxy import Proxy

PATH = "/cdn-cgi/access/certs"


class Endpoint:
    """A TLS server on loopback with the certificate of the team `acme`, and a proxy that leads to it.

    Used as a context manager; it ends with it.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="cfaccess-endpoint-")
        ca_file, self._contexts = contexts(Path(self._folder.name))
        self.ca_file = str(ca_file)
        """The authority of the server's certificate, to be trusted."""
        self.log = Log()
        self._behaviour = Behaviour()
        self._ended = threading.Event()
        self._listener = Listener(self._serve)
        self._proxy = Proxy(self._listener.port, self._refuses)
        self.url = f"https://localhost:{self._listener.port}{PATH}"
        """Where the keys are, for a client that can be told."""
        self.proxy = self._proxy.url
        """The way to them by the team's own address."""
        self.port = self._listener.port
        self.context = self._contexts["ok"]
        """What a proxy needs that speaks TLS, with the certificate of the endpoint."""

    def __enter__(self) -> Endpoint:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._ended.set()
        self._proxy.close()
        self._listener.close()
        self._folder.cleanup()

    @property
    def behaviour(self) -> Behaviour:
        return self._behaviour

    @behaviour.setter
    def behaviour(self, behaviour: Behaviour) -> None:
        content(behaviour)
        self._behaviour = behaviour
        if behaviour.kind == "refused":
            self._listener.refuse()
        else:
            self._listener.hear()

    def behave(self, kind: str = "ok", keys: Iterable[str] = ("acme-1",), **more: Any) -> None:
        """From the next connection on; what is not named has its default."""
        self.behaviour = Behaviour.of_json({"kind": kind, "keys": list(keys), **more})

    @property
    def requests(self) -> list[Request]:
        return self.log.requests

    @property
    def connections(self) -> list[float]:
        """When connections began, also those over which no request came."""
        return self.log.connections

    def environment(self) -> dict[str, str]:
        """What a program needs to be led here by the team's own address."""
        return {"HTTPS_PROXY": self.proxy, "NO_PROXY": ""}

    def _refuses(self) -> bool:
        if self._behaviour.kind != "refused":
            return False
        self.log.connection()
        return True

    def _serve(self, connection: socket.socket) -> None:
        behaviour = self._behaviour
        self.log.connection()
        connection.settimeout(60)
        if behaviour.kind == "stalled":
            while connection.recv(65536):
                pass
            return
        if behaviour.kind == "no_tls":
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        if behaviour.kind == "closed":
            connection.recv(65536)
            return
        context = self._contexts.get(behaviour.kind, self._contexts["ok"])
        with context.wrap_socket(connection, server_side=True) as secure:
            head = read_head(secure)
            if head:
                self._answer(secure, head, behaviour)

    def _answer(self, connection: ssl.SSLSocket, head: list[str], behaviour: Behaviour) -> None:
        path = head[0].split(" ")[1]
        request = self.log.request(path, _header(head, "if-none-match"))
        if behaviour.delay and self._ended.wait(behaviour.delay):
            return
        if path != PATH:
            behaviour = Behaviour("status", status=404)
        if behaviour.kind == "slow":
            self.log.answer(request, "slow")
            drip(connection, behaviour, self._ended)
        else:
            self.log.answer(request, answer(connection, behaviour, request.if_none_match))


def _header(head: list[str], name: str) -> str | None:
    for line in head[1:]:
        named, _, value = line.partition(":")
        if named.lower() == name:
            return value.strip()
    return None
