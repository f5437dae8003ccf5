"""Many requests at once that do not wait for their answers."""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any


class Crowd:
    """Clients that have sent one request each over HTTP/1.1, over connections of their own."""

    def __init__(self, port: int, path: str, headers: Sequence[tuple[str, str]], count: int) -> None:
        lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers]
        request = "\r\n".join([*lines, "", ""]).encode()
        self._sockets: list[socket.socket] = []
        for _ in range(count):
            client = socket.create_connection(("127.0.0.1", port), timeout=20)
            client.sendall(request)
            self._sockets.append(client)

    def statuses(self, seconds: float, enough: int | None = None) -> Counter[int]:
        """Of the answers that come in time, or until there are enough of them. None is counted twice."""
        counted: Counter[int] = Counter()
        wanted = len(self._sockets) if enough is None else enough
        end = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            for client in self._sockets:
                selector.register(client, selectors.EVENT_READ, client)
            while sum(counted.values()) < wanted and (left := end - time.monotonic()) > 0:
                for key, _ in selector.select(left):
                    answered: socket.socket = key.data
                    counted[_status(answered.recv(65536))] += 1
                    selector.unregister(answered)
                    self._sockets.remove(answered)
                    answered.close()
        return counted

    def hang_up(self) -> None:
        for client in self._sockets:
            client.close()
        self._sockets.clear()

    def __enter__(self) -> Crowd:
        return self

    def __exit__(self, *_: Any) -> None:
        self.hang_up()


def _status(answer: bytes) -> int:
    """0 for a connection that ended without one."""
    return int(answer.split(b" ", 2)[1]) if answer else 0
