"""How keys and revocations that call Python functions are closed.

The library's threads must not return to an interpreter that has ended. So these sources are closed before
that: at the exit of the interpreter, or when the last handles and verifiers of them are gone, whichever is
first. Those that are closed begin no fetch, and have none in progress.
"""

from __future__ import annotations

import atexit
import os
import weakref
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from ._callbacks import are_idle, end_all
from ._handle import Handle
from ._unpatched import new_lock, start_thread


class _Source(NamedTuple):
    """How a source is closed and freed, and what it calls: functions, by their numbers."""

    functions: list[int]
    close: Callable[[int], None]
    free: Callable[[int], None]


_open: weakref.WeakKeyDictionary[Handle, _Source] = weakref.WeakKeyDictionary()
_ending: set[_Ending] = set()


class _Ending:
    """A source that nobody uses any more, and that a function of its own may still be running for."""

    def __init__(self, pointer: int, source: _Source) -> None:
        self._pointer = pointer
        self._source = source
        self._lock = new_lock()

    def free(self) -> None:
        with self._lock:
            _close(self._pointer, self._source)
            self._source.free(self._pointer)
            _ending.discard(self)

    def close(self) -> None:
        """For good: the lock is never released, so that it is not freed while the interpreter ends."""
        self._lock.acquire()
        if self in _ending:
            _close(self._pointer, self._source)


def handle(
    pointer: int, functions: list[int], close: Callable[[int], None], free: Callable[[int], None]
) -> Handle:
    """The handle of a source that calls these functions, by their numbers."""
    source = _Source(functions, close, free)
    handle = Handle(pointer, partial(_end, source))
    _open[handle] = source
    return handle


def _end(source: _Source, pointer: int) -> None:
    """In a thread, since the last owner may be an event loop, or a function that the source calls."""
    ending = _Ending(pointer, source)
    _ending.add(ending)
    with suppress(RuntimeError):  # if no thread can start it stays, and is closed at exit
        start_thread(ending.free)


def _close(pointer: int, source: _Source) -> None:
    """Closes a source, and returns when no thread of the library runs Python. The library alone waits for at
    most the timeout, which is too short where a function has not returned."""
    idle = False
    while not idle:
        idle = are_idle(source.functions)
        source.close(pointer)


def _close_all() -> None:
    end_all()
    for opened, source in list(_open.items()):
        _close(opened.pointer, source)
    for ending in list(_ending):
        ending.close()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    # The threads that free them are in the parent, and so are the fetches that they wait for.
    os.register_at_fork(after_in_child=_ending.clear)
