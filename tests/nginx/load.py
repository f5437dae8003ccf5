"""Clients that ask without a pause and look at every answer."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any


@dataclass(frozen=True)
class Question:
    """A request, and the status that is the right answer to it."""

    path: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)


class Load:
    """Runs while the context lasts, on connections that stay open."""

    def __init__(self, port: int, questions: Sequence[Question], clients: int = 4) -> None:
        self._port = port
        self._questions = questions
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(clients)]
        self.answers: Counter[tuple[str, int]] = Counter()
        """How often each path was answered with each status."""
        self.wrong: list[str] = []
        """Answers that are not the right ones, and requests without an answer."""
        self.times: list[float] = []
        """How long each answer took, in seconds."""

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join(30)

    def slowest(self, share: float) -> float:
        """The time within which this share of the answers came."""
        with self._lock:
            times = sorted(self.times)
        return times[int(share * (len(times) - 1))]

    def _ask(self) -> None:
        connection = _Connection(self._port)
        while not self._ended.is_set():
            for question in self._questions:
                begin = time.monotonic()
                try:
                    status = connection.status(question)
                except (OSError, HTTPException) as error:
                    self._remember(question, 0, f"{error!r}", begin)
                else:
                    said = "" if status == question.status else f"{status}, not {question.status}"
                    self._remember(question, status, said, begin)

    def _remember(self, question: Question, status: int, wrong: str, begin: float) -> None:
        with self._lock:
            self.answers[question.path, status] += 1
            self.times.append(time.monotonic() - begin)
            if wrong:
                self.wrong.append(f"{question.path}: {wrong}")


class _Connection:
    """One that is made anew when the server has closed it between two requests, as every client does."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self._is_used = False

    def status(self, question: Question) -> int:
        try:
            return self._once(question)
        except (OSError, HTTPException):
            was_used = self._is_used
            self._close()
            if not was_used:
                raise
        return self._once(question)

    def _once(self, question: Question) -> int:
        self._connection.request("GET", question.path, headers=dict(question.headers))
        response = self._connection.getresponse()
        response.read()
        self._is_used = True
        if response.will_close:
            self._close()
        return response.status

    def _close(self) -> None:
        self._connection.close()
        self._is_used = False
