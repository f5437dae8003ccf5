"""What the endpoint has seen."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Callable


@dataclass
class Request:
    """A request that came whole."""

    began: float
    """When it came, in seconds on the monotonic clock."""
    path: str
    if_none_match: str | None
    answer: str | None = None
    """The status code or the name of the fault, once it is sent."""


class Log:
    """Requests, and the beginnings of connections, whether or not a request came over them."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._requests: list[Request] = []
        self._connections: list[float] = []

    def connection(self) -> None:
        with self._changed:
            self._connections.append(time.monotonic())
            self._changed.notify_all()

    def request(self, path: str, if_none_match: str | None) -> Request:
        request = Request(time.monotonic(), path, if_none_match)
        with self._changed:
            self._requests.append(request)
            self._changed.notify_all()
        return request

    def answer(self, request: Request, answer: str) -> None:
        with self._changed:
            request.answer = answer
            self._changed.notify_all()

    @property
    def requests(self) -> list[Request]:
        with self._changed:
            return list(self._requests)

    @property
    def connections(self) -> list[float]:
        with self._changed:
            return list(self._connections)

    def wait_for_connections(self, count: int, seconds: float = 20) -> None:
        """Returns when this many have begun."""
        self._wait_until(lambda: len(self._connections) >= count, f"{count} connections", seconds)

    def wait_for_answers(self, count: int, seconds: float = 20) -> None:
        """Returns when this many requests were answered."""
        self._wait_until(lambda: self._answers() >= count, f"{count} answers", seconds)

    def _answers(self) -> int:
        return sum(request.answer is not None for request in self._requests)

    def _wait_until(self, holds: Callable[[], bool], what: str, seconds: float) -> None:
        with self._changed:
            if not self._changed.wait_for(holds, seconds):
                raise TimeoutError(f"waited in vain for {what}")
