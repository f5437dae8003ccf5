"""Calls of the application's functions, `fetch` and `log`, from threads of the library.

Python did not start these threads. An interpreter that ends kills every one that returns to it, and with it
the process, as nothing may unwind through the library. So each function runs on a thread that Python has
started, which may hang forever, while the library's thread waits for its result or for the end of the
interpreter.
"""

from __future__ import annotations

import os
from _queue import SimpleQueue
from collections.abc import Callable
from typing import Any

from ._unpatched import close_event_loops, start_thread

# Where the result of each call in progress goes: it and None, or None and the exception.
_results: set[SimpleQueue[tuple[Any, BaseException | None]]] = set()
_interpreter_ends = False


def call(function: Callable[..., Any], *arguments: Any) -> Any:
    """Calls a function on a thread of its own, and returns what it returns or raises what it raises."""
    results: SimpleQueue[tuple[Any, BaseException | None]] = SimpleQueue()
    _results.add(results)
    try:
        if _interpreter_ends:
            raise _ending()
        start_thread(_run, results, function, arguments)
        result, error = results.get()
    finally:
        _results.discard(results)
    if error is not None:
        raise error
    return result


def end_all() -> None:
    """Makes all calls in progress, and all later ones, raise at once: the interpreter is about to end. The
    functions themselves run on for as long as the interpreter lives."""
    global _interpreter_ends
    _interpreter_ends = True
    for results in list(_results):
        results.put((None, _ending()))


def _run(results: SimpleQueue[tuple[Any, BaseException | None]], function: Any, arguments: Any) -> None:
    outcome: tuple[Any, BaseException | None]
    try:
        outcome = function(*arguments), None
    except BaseException as error:
        outcome = None, error
    try:
        close_event_loops()
    finally:
        results.put(outcome)


def _ending() -> RuntimeError:
    return RuntimeError("the interpreter is ending")


if hasattr(os, "register_at_fork"):
    # The threads that wait are in the parent.
    os.register_at_fork(after_in_child=_results.clear)
