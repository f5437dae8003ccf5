"""Who owns what the library allocated, and when it goes back."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from types import TracebackType
from typing import Any, Generic, NoReturn, TypeVar

from ._errors import InvalidArgument

_Self = TypeVar("_Self", bound="Owner[Any]")


class Handle:
    """One native object. It is freed once, when its last user lets go of it.

    A call holds its handle in a local variable. So `close()` in one thread takes nothing from under a
    call in another, with the GIL or without one: it only lets go.
    """

    __slots__ = ("__weakref__", "pointer")

    def __init__(self, pointer: int, free: Callable[[int], None]) -> None:
        self.pointer = pointer
        # At exit the process gives all memory back, and other threads may still be inside a call.
        weakref.finalize(self, free, pointer).atexit = False

    def __reduce__(self) -> NoReturn:
        raise TypeError("Keys and Verifier objects cannot be copied to another process or pickled")


_Handle = TypeVar("_Handle", bound=Handle)


class Owner(Generic[_Handle]):
    """A public object over a handle: `close()`, and the same at the end of a `with` block."""

    __slots__ = ("__weakref__", "_handle")

    _handle: _Handle | None

    def close(self) -> None:
        """Lets go of the native object. Calls that are under way in other threads end normally; later
        ones raise `InvalidArgument`. Closing again does nothing."""
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
