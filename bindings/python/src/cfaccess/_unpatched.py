"""Threads of the operating system, even where gevent or eventlet has replaced threads by greenlets.

The library's threads wait for Python functions that run on such threads, and such threads wait for the
library's. Greenlets that did so would block a whole event loop.
"""

from __future__ import annotations

import _thread
import sys
from typing import Any


def start_thread(function: Any, *arguments: Any) -> None:
    """Starts a thread that the interpreter does not wait for when it ends. Raises `RuntimeError` if none can
    start."""
    _original("start_new_thread")(function, arguments)


def new_lock() -> Any:
    """A lock between threads."""
    return _original("allocate_lock")()


def close_event_loops() -> None:
    """Closes the event loops that gevent and eventlet open in each thread that uses them, and leave open when
    the thread ends."""
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
