"""The claims of cached tokens, as Python objects."""

from __future__ import annotations

from collections.abc import Callable
from sys import getsizeof
from typing import Any, Generic, TypeVar

from ._claims import CLAIMS_STRINGS, Claims

# The overhead of an entry and of a string, in bytes.
_FRAME, _STRING = 800, 84

_Entry = TypeVar("_Entry")


def size_of(claims: Claims) -> int:
    """At most how many bytes an entry with these claims takes."""
    # All characters are as wide as the widest, and may be stored twice: in the block, and in strings of their
    # own.
    return _FRAME + _STRING * (CLAIMS_STRINGS + claims._head[6]) + 2 * getsizeof(claims._block)


class Table(Generic[_Entry]):
    """Claims, or what has claims in it, by their `id`, which is never used twice. Nothing here says whether a
    token is valid.

    There are two generations. When the younger is full the older is dropped, and entries that are used move
    to the younger. That takes no lock, which a forked child might never get; at worst, threads that race lose
    entries, which are then converted again. Each generation may take half of the bytes.
    """

    __slots__ = ("_bytes", "_half", "_old", "_size_of", "most_bytes", "most_entries", "young")

    def __init__(self, most_entries: int, most_bytes: int, size_of: Callable[[Any], int] = size_of) -> None:
        self.most_entries, self.most_bytes = most_entries, most_bytes
        self._half = most_bytes // 2
        self._size_of = size_of
        self.young: dict[int, _Entry] = {}
        self._old: dict[int, _Entry] = {}
        self._bytes = 0

    def find(self, number: int) -> _Entry | None:
        """The entry of this `id`, if it is still here."""
        entry = self.young.get(number)
        if entry is None:
            entry = self._old.get(number)
            if entry is not None:
                self.keep(number, entry)
        return entry

    def keep(self, number: int, entry: _Entry) -> None:
        """Keeps an entry, unless it is too large."""
        size = self._size_of(entry)
        if size > self._half:
            return
        if len(self.young) >= self.most_entries or self._bytes + size > self._half:
            self._old, self.young, self._bytes = self.young, {}, 0
        self.young[number] = entry
        self._bytes += size
