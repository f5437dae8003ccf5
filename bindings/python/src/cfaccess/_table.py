"""The claims of cached tokens, as Python objects."""

from __future__ import annotations

from sys import getsizeof

from ._claims import CLAIMS_STRINGS, Claims

# The overhead of an entry and of a string, in bytes.
_FRAME, _STRING = 800, 84


class Table:
    """Claims by their `id`, which one verifier never uses twice. Nothing here says whether a token is valid.

    There are two generations. When the younger is full the older is dropped, and entries that are used move
    to the younger. That takes no lock, which a forked child might never get; at worst, threads that race lose
    entries, which are then converted again. Each generation may take half of the bytes.
    """

    __slots__ = ("_bytes", "_half", "_most", "_old", "young")

    def __init__(self, most_entries: int, most_bytes: int) -> None:
        self._most, self._half = most_entries, most_bytes // 2
        self.young: dict[int, Claims] = {}
        self._old: dict[int, Claims] = {}
        self._bytes = 0

    def find(self, number: int) -> Claims | None:
        """The claims of this `id`, if they are still here."""
        claims = self.young.get(number)
        if claims is None:
            claims = self._old.get(number)
            if claims is not None:
                self.keep(number, claims)
        return claims

    def keep(self, number: int, claims: Claims) -> None:
        """Keeps them, unless they are too large."""
        # All characters are as wide as the widest, and may be stored twice: in the block, and in strings of
        # their own.
        size = _FRAME + _STRING * (CLAIMS_STRINGS + claims._head[6]) + 2 * getsizeof(claims._block)
        if size > self._half:
            return
        if len(self.young) >= self._most or self._bytes + size > self._half:
            self._old, self.young, self._bytes = self.young, {}, 0
        self.young[number] = claims
        self._bytes += size
