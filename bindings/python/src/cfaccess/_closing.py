"""How keys that call Python functions are closed.

The library's threads must not return to an interpreter that has ended. So these keys are closed before that:
at the exit of the interpreter, or when the last keys and verifiers of them are gone, whichever is first. Keys
that are closed begin no fetch, and have none in progress.
"""

from __future__ import annotations

import atexit
import os
import weakref
from contextlib import suppress
from functools import partial

from ._callbacks import are_idle, end_all
from ._handle import Handle
from ._library import releasing_gil
from ._native import keys_free
from ._outcome import POINTER
from ._unpatched import new_lock, start_thread

_keys_close = releasing_gil(None, "cfaccess_keys_close", POINTER)

# With the numbers of their functions.
_open: weakref.WeakKeyDictionary[Handle, list[int]] = weakref.WeakKeyDictionary()
_ending: set[_Ending] = set()


class _Ending:
    """Keys that nobody uses any more, and that a function of theirs may still be running for."""

    def __init__(self, pointer: int, functions: list[int]) -> None:
        self._pointer = pointer
        self._functions = functions
        self._lock = new_lock()

    def free(self) -> None:
        with self._lock:
            _close(self._pointer, self._functions)
            keys_free(self._pointer)
            _ending.discard(self)

    def close(self) -> None:
        """For good: the lock is never released, so that they are not freed while the interpreter ends."""
        self._lock.acquire()
        if self in _ending:
            _close(self._pointer, self._functions)


def handle(pointer: int, functions: list[int]) -> Handle:
    """The handle of keys that call these functions, by their numbers."""
    handle = Handle(pointer, partial(_end, functions))
    _open[handle] = functions
    return handle


def _end(functions: list[int], pointer: int) -> None:
    """In a thread, since the last owner may be an event loop, or a function that the keys call."""
    ending = _Ending(pointer, functions)
    _ending.add(ending)
    with suppress(RuntimeError):  # if no thread can start they stay, and are closed at exit
        start_thread(ending.free)


def _close(pointer: int, functions: list[int]) -> None:
    """Closes keys, and returns when no thread of the library runs Python. The library alone waits for at most
    the timeout, which is too short where a function has not returned."""
    idle = False
    while not idle:
        idle = are_idle(functions)
        _keys_close(pointer)


def _close_all() -> None:
    end_all()
    for opened, functions in list(_open.items()):
        _close(opened.pointer, functions)
    for ending in list(_ending):
        ending.close()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    # The threads that free them are in the parent, and so are the fetches that they wait for.
    os.register_at_fork(after_in_child=_ending.clear)
