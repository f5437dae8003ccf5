"""Ownership of what the library has allocated, and when it is freed."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from types import TracebackType
from typing import Any, Generic, NoReturn, TypeVar

from ._errors import InvalidArgument

_Self = TypeVar("_Self", bound="Owner[Any]")


class Handle:
    """One native object. It is freed once, when nothing refers to its handle any more.

    A call refers to its handle by a local variable. So `close()` in one thread frees nothing that a call in
    another thread is using, with the GIL or without one: it only drops a reference.
    """

    __slots__ = ("__weakref__", "pointer")

    def __init__(self, pointer: int, free: Callable[[int], None]) -> None:
        self.pointer = pointer
        # Not at exit, when all memory is freed anyway and other threads may still be inside a call.
        weakref.finalize(self, free, pointer).atexit = False

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "Keys, Revocations and Verifier objects cannot be copied to another process or pickled"
        )


_Handle = TypeVar("_Handle", bound=Handle)


class Owner(Generic[_Handle]):
    """A public object over a handle: `close()`, and the same at the end of a `with` block."""

    __slots__ = ("__weakref__", "_handle")

    _handle: _Handle | None

    def close(self) -> None:
        """Drops the native object. Calls in progress in other threads end normally; later ones raise
        `InvalidArgument`. Closing again does nothing."""
        self._handle = None

    def _opened(self) -> _Handle:
        handle = self._handle
        if handle is None:
            raise InvalidArgument(f"this {type(self).__name__} is closed")
        return handle

    def __enter__(self: _Self) -> _Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
