"""One library under one fault: its driver, the endpoint, and what happened when."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from endpoint import Endpoint

from .driver import Driver, Sample
from .libraries import COOLDOWN, Library
from .tokens import KNOWN, NEW, Tokens

GOOD_RATE, TRICKLE_RATE, FLOOD_RATE = 100, 5, 4_000
"""Tokens a second."""
ATTACKERS = 8
WATCH_SECONDS = 0.005

LOOK_AGAIN = COOLDOWN / 1000 * 1.1 + 0.2
"""After this many seconds each library had time to fetch keys: a cooldown with its jitter, and a fetch."""


@dataclass
class Phase:
    name: str
    began: float
    """In seconds since 1970."""
    connections: int
    """How many the endpoint had seen by then."""


@dataclass
class Record:
    """What came of a run."""

    phases: list[Phase] = field(default_factory=list)
    awaited: str = ""
    """The stream whose key is new, if there is one."""
    published: float | None = None
    """When the endpoint began to hand that key out."""
    good_from: float = float("inf")
    """Tokens of that stream count as good from then on; those of others always do."""
    refused_from: float | None = None
    """From then on tokens of a removed key must be refused."""
    samples: list[Sample] = field(default_factory=list)
    connections: int = 0
    memory: int = 0
    stall: float = 0
    """How long the machine held up a thread that does nothing but sleep, at the most."""


class Run:
    """The words in which the faults are told."""

    def __init__(self, library: Library, tokens: Tokens) -> None:
        self.record = Record()
        self.tokens = tokens
        self.library = library
        self.endpoint = Endpoint()
        self._folder = TemporaryDirectory(prefix="cfaccess-faults-")
        self._cache_file = Path(self._folder.name) / "keys.json"
        self.driver: Driver | None = None
        self._ended = threading.Event()
        threading.Thread(target=self._watch_machine, daemon=True).start()

    def close(self) -> None:
        self._ended.set()
        self.endpoint.close()
        self._folder.cleanup()

    def start(self, keep_copy: bool = False) -> Driver:
        cache_file = self._cache_file if keep_copy else None
        self.driver = Driver(self.library.command, self.library.environment(self.endpoint, cache_file))
        return self.driver

    def end(self) -> None:
        assert self.driver is not None
        samples, memory = self.driver.end()
        self.record.samples += samples
        self.record.memory = max(memory, self.record.memory)
        self.record.connections = len(self.endpoint.connections)

    def phase(self, name: str, seconds: float) -> None:
        """Begins it, and returns when it has lasted so long."""
        self.begin(name)
        time.sleep(seconds)

    def begin(self, name: str) -> None:
        self.record.phases.append(Phase(name, time.time(), len(self.endpoint.connections)))

    def serve(self, *keys: str) -> None:
        self.endpoint.behave(keys=keys)

    def fail(self, **behaviour: Any) -> None:
        self.endpoint.behave(**{"keys": (KNOWN, NEW), **behaviour})

    def publish(self, awaited: str, *keys: str) -> None:
        """Hands out the new key that the stream needs."""
        self.serve(*keys)
        self.record.awaited, self.record.published = awaited, time.time()

    def everybody_may_know(self) -> None:
        """Tokens of the new key are good from now on."""
        self.record.good_from = time.time()

    def _watch_machine(self) -> None:
        while not self._ended.is_set():
            begin = time.monotonic()
            time.sleep(WATCH_SECONDS)
            self.record.stall = max(self.record.stall, time.monotonic() - begin - WATCH_SECONDS)
