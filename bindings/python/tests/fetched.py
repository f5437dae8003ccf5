"""Keys that are fetched from a source whose answers a test chooses."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from cfaccess import Keys
from support import certs

URL = "https://acme.cloudflareaccess.com/cdn-cgi/access/certs"


class Source:
    """A `fetch` function that hands out these keys."""

    def __init__(self, *names: str) -> None:
        self.fetches = 0
        self.hand_out(*names)
        self._running = threading.Semaphore(0)
        self._held = threading.Lock()

    def __call__(self, url: str) -> Any:
        assert url == URL
        self.fetches += 1
        self._running.release()
        with self._held:
            return self._answer()

    def hand_out(self, *names: str) -> None:
        """Other keys from now on."""
        document = certs(*names)
        self.answer(lambda: document)

    def answer(self, answer: Callable[[], object]) -> None:
        """What this returns or raises, from now on."""
        self._answer = answer

    @contextmanager
    def held(self) -> Iterator[None]:
        """A fetch that begins inside of the block does not end before the block does."""
        with self._held:
            yield

    def await_fetch(self) -> None:
        """Waits for the next fetch to begin."""
        assert self._running.acquire(timeout=20), "no fetch began"

    def keys(self, **options: Any) -> Keys:
        """Keys that are fetched from here, every second if needed."""
        return Keys.remote("acme", **{"fetch": self, "cooldown": 1, **options})


def eventually(what: str, condition: Callable[[], object]) -> None:
    """Polls until the condition is true."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, f"timed out waiting for {what}"
        time.sleep(0.005)
