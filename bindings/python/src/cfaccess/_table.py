"""The claims of verified tokens, for when they come again."""

from __future__ import annotations

from sys import getsizeof

from ._claims import CLAIMS_STRINGS, Claims

# What an entry takes besides its strings, and a string besides its characters, in bytes.
_FRAME, _STRING = 800, 84


class Table:
    """Claims by their `id`, which one verifier never uses twice. Nothing here says whether a token is good.

    There are two generations. When the younger is full the older is dropped, and what is used moves to the
    younger. That takes no lock, which a forked child might never get; threads that get in each other's way
    lose entries at the worst, which are made anew. Each generation may have half of the bytes.
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
        # All strings together are as wide as the widest, and may stand there twice: whole, and one by one.
        size = _FRAME + _STRING * (CLAIMS_STRINGS + claims._head[6]) + 2 * getsizeof(claims._block)
        if size > self._half:
            return
        if len(self.young) >= self._most or self._bytes + size > self._half:
            self._old, self.young, self._bytes = self.young, {}, 0
        self.young[number] = claims
        self._bytes += size
