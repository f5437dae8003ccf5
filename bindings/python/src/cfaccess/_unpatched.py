"""Threads of the operating system, also where gevent or eventlet has put greenlets in their place.

The library's own threads wait for Python functions that run here, and Python waits here for the library's
threads. Both would take a whole event loop along if they were greenlets.
"""

from __future__ import annotations

import _thread
import sys
from typing import Any


def start_thread(function: Any, *arguments: Any) -> None:
    """Starts a thread that the interpreter does not wait for when it ends. Raises `RuntimeError` if there can be
    no other thread."""
    _original("start_new_thread")(function, arguments)


def new_lock() -> Any:
    """A lock between threads."""
    return _original("allocate_lock")()


def close_event_loops() -> None:
    """Closes what gevent and eventlet open for each thread that uses them, and leave open when it ends."""
    gevent, eventlet = sys.modules.get("gevent"), sys.modules.get("eventlet")
    if gevent is not None:
        gevent.get_hub().destroy(destroy_loop=True)
    if eventlet is not None:
        eventlet.sleep()  # a loop that has never run cannot be aborted
        eventlet.hubs.get_hub().abort(wait=True)


def _original(name: str) -> Any:
    """A function of `_thread`, as the interpreter has it."""
    monkey, patcher = sys.modules.get("gevent.monkey"), sys.modules.get("eventlet.patcher")
    if monkey is not None:
        return monkey.get_original("_thread", name)
    if patcher is not None:
        return getattr(patcher.original("_thread"), name)
    return getattr(_thread, name)
