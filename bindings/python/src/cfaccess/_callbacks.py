"""The application's functions, `fetch` and `log`, as threads of the library call them.

Python did not start these threads. An interpreter that ends kills every one that returns to it, and with it
the process, as nothing may unwind through the library. So each function runs on a thread that Python has
started, which may hang forever, while the library's thread waits for its result or for the end of the
interpreter.
"""

from __future__ import annotations

import os
from _queue import SimpleQueue
from collections.abc import Callable, Iterable
from typing import Any

from ._unpatched import close_event_loops, start_thread

functions: dict[int, Callable[..., Any]] = {}
"""What the library may call, by the numbers that it knows."""

_interpreter_ends = False


class Callback:
    """A function that runs on a thread of its own each time it is called."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        # Where the result of each call in progress goes: it and None, or None and the exception.
        self.results: set[SimpleQueue[tuple[Any, BaseException | None]]] = set()

    def __call__(self, *arguments: Any) -> Any:
        """Returns what the function returns, or raises what it raises."""
        results: SimpleQueue[tuple[Any, BaseException | None]] = SimpleQueue()
        self.results.add(results)
        try:
            if _interpreter_ends:
                raise _ending()
            start_thread(self._run, results, arguments)
            result, error = results.get()
        finally:
            self.results.discard(results)
        if error is not None:
            raise error
        return result

    def _run(self, results: SimpleQueue[tuple[Any, BaseException | None]], arguments: Any) -> None:
        outcome: tuple[Any, BaseException | None]
        try:
            outcome = self._function(*arguments), None
        except BaseException as error:
            outcome = None, error
        try:
            close_event_loops()
        finally:
            results.put(outcome)


def are_idle(numbers: Iterable[int]) -> bool:
    """Whether no thread of the library waits for one of these functions."""
    return not any(callback.results for callback in _callbacks(numbers))


def end_all() -> None:
    """Makes all calls in progress, and all later ones, raise at once: the interpreter is about to end. The
    functions themselves run on for as long as the interpreter lives."""
    global _interpreter_ends
    _interpreter_ends = True
    for callback in _callbacks(list(functions)):
        for results in list(callback.results):
            results.put((None, _ending()))


def _callbacks(numbers: Iterable[int]) -> list[Callback]:
    found = [functions.get(number) for number in numbers]
    return [function for function in found if isinstance(function, Callback)]


def _ending() -> RuntimeError:
    return RuntimeError("the interpreter is ending")


def _forget_calls() -> None:
    """The threads that wait are in the parent."""
    for callback in _callbacks(list(functions)):
        callback.results.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_calls)
