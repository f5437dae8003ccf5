"""Verification in an event loop, where keys may have to be fetched first."""

from __future__ import annotations

import time
from typing import Any

from . import _native
from ._claims import Claims
from ._errors import KeysPending

# In seconds: how long from one look to the next, which grows.
_SHORTEST, _LONGEST = 0.001, 0.02


async def verify_patiently(
    entry: _native.Entry, verifier: _native.VerifierHandle, subject: Any, length: int, timeout: float
) -> Claims:
    """Looks again until the fetch is over, at most for so many seconds, and lets the loop turn meanwhile.

    A fetch ends within the timeout; but where the cooldown is shorter, another may follow at once.
    """
    pause, end = _SHORTEST, None
    while True:
        try:
            return _native.verify(entry, verifier, subject, length, None, patient=False)
        except KeysPending:
            now = time.monotonic()
            if end is None:
                end = now + timeout
            elif now >= end:
                raise
        # Here, since nobody else needs the package, and who comes here has imported it already.
        import asyncio

        await asyncio.sleep(min(pause, end - now))
        pause = min(2 * pause, _LONGEST)
