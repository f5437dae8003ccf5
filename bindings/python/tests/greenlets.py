"""A program whose threads are greenlets of gevent or eventlet.

Its arguments: gevent or eventlet, the task, the file with the endpoint's authority, a key document and a
token. It prints what it measured.
"""

from __future__ import annotations

import sys

if sys.argv[1] == "gevent":
    from gevent import monkey

    monkey.patch_all()
else:
    import eventlet

    eventlet.monkey_patch()

# They come after what replaces parts of them.
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from cfaccess import AccessError, Keys, Verifier
from support import AUDIENCE

TASK, CA_FILE, CERTS, TOKEN = sys.argv[2:]
HEADERS = {"Cf-Access-Jwt-Assertion": TOKEN}


def longest_block(waits: Callable[[], object]) -> float:
    """For how many seconds another greenlet could not run, at the worst, while one waits."""
    over = threading.Event()

    def wait() -> None:
        with suppress(AccessError):
            waits()
        over.set()

    threading.Thread(target=wait).start()
    longest, last = 0.0, time.monotonic()
    while not over.is_set():
        time.sleep(0.001)
        now = time.monotonic()
        longest, last = max(longest, now - last), now
    return longest


def blocks_of_calls() -> None:
    """Prints how long each call that waits for the endpoint blocks the others."""

    def verifier() -> Verifier:
        return Verifier(team="acme", audiences=[AUDIENCE], keys=keys())

    def keys() -> Keys:
        return Keys.remote("acme", ca_file=CA_FILE, timeout=2)

    print(longest_block(lambda: verifier().verify(TOKEN)))
    print(longest_block(lambda: verifier().verify(TOKEN, now=5)))
    print(longest_block(lambda: verifier().verify_request(HEADERS)))
    print(longest_block(lambda: verifier().verify_request(HEADERS, now=5)))
    print(longest_block(lambda: keys().connect()))


def sleep_and_fetch(_: str) -> str:
    """Runs the event loop of its thread."""
    time.sleep(0.01)
    return CERTS


def descriptors_of_fetches() -> None:
    """Prints how many descriptors are open after one fetch, and after ten more."""
    for fetches in (1, 10):
        for _ in range(fetches):
            Keys.remote("acme", fetch=sleep_and_fetch, log=lambda *_: None).connect()
        time.sleep(0.2)
        print(len(os.listdir("/proc/self/fd")))


def end_during_a_fetch() -> None:
    """Prints how long a caller waited for a fetch that hangs, and ends."""
    keys = Keys.remote("acme", fetch=lambda _: time.sleep(600), timeout=0.2)  # type: ignore[arg-type, return-value]
    print(longest_block(keys.connect))


{"blocks": blocks_of_calls, "descriptors": descriptors_of_fetches, "end": end_during_a_fetch}[TASK]()
