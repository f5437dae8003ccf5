"""How keys end that call Python functions.

Such a function runs on a thread of the library, which Python does not know. An interpreter that ends kills
every such thread that comes back to it, and with it the process, as nothing may unwind through the library.
So these keys are closed before: at the exit of the interpreter, or when the last keys and verifiers of them
are gone, whichever is first. What is closed begins no fetch and has none under way.
"""

from __future__ import annotations

import atexit
import os
import threading
import weakref
from _thread import start_new_thread
from contextlib import suppress

from ._handle import Handle
from ._library import slow as _slow
from ._native import keys_free
from ._outcome import POINTER

_keys_close = _slow(None, "cfaccess_keys_close", POINTER)

_open: weakref.WeakSet[Handle] = weakref.WeakSet()
_ending: set[_Ending] = set()


class _Ending:
    """Keys that nobody uses any more, and that a function of theirs may still run for."""

    def __init__(self, pointer: int) -> None:
        self._pointer = pointer
        self._lock = threading.Lock()

    def free(self) -> None:
        with self._lock:
            _keys_close(self._pointer)
            keys_free(self._pointer)
            _ending.discard(self)

    def close(self) -> None:
        """For good: the lock is never given back, so that they are not freed while the interpreter ends."""
        self._lock.acquire()
        if self in _ending:
            _keys_close(self._pointer)


def handle(pointer: int) -> Handle:
    """The handle of keys that call Python functions."""
    handle = Handle(pointer, _end)
    _open.add(handle)
    return handle


def _end(pointer: int) -> None:
    """In a thread, since who let go of them may be an event loop, or a function that they called."""
    ending = _Ending(pointer)
    _ending.add(ending)
    with suppress(RuntimeError):  # without a thread to be had they stay, and are closed at exit
        start_new_thread(ending.free, ())


def _close_all() -> None:
    for opened in list(_open):
        _keys_close(opened.pointer)
    for ending in list(_ending):
        ending.close()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    # The threads that free them are in the parent, and so is what they wait for.
    os.register_at_fork(after_in_child=_ending.clear)
