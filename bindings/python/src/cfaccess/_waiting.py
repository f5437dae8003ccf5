"""Waiting for keys and revocations that are being fetched, so that nothing but the caller waits.

A blocking call of the library would block every greenlet of gevent and eventlet, and no signal handler of
Python could run. So no call of the library waits. A caller that has to wait sleeps between calls: by
`time.sleep`, which gevent and eventlet replace, or by the `sleep` of its event loop.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from typing import Any, NamedTuple, TypeVar

from ._errors import AccessError, KeysPending, RevocationsPending
from ._handle import Handle
from ._native import keys_is_fetching, waiting_for_keys
from ._outcome import PENDING
from ._revoking import revocations_is_reading

_Result = TypeVar("_Result")

# In seconds. The pauses between two calls grow.
_SHORTEST, _LONGEST = 0.001, 0.05


class Awaited(NamedTuple):
    """What calls may wait for: sources of one kind, for at most `timeout` seconds."""

    pending: type[AccessError]
    sources: Sequence[Handle]
    timeout: float
    is_fetching: Callable[[Handle], bool]
    """Whether a fetch is in progress that has not reached its timeout."""
    admission: Callable[[Sequence[Handle]], AbstractContextManager[bool]]
    """Whether a caller may wait that holds up a thread."""


def awaited_keys(keys: Sequence[Handle], timeout: float) -> Awaited:
    """Few callers may wait while keys are in force."""
    return Awaited(KeysPending, keys, timeout, keys_is_fetching, waiting_for_keys)


def awaited_revocations(revocations: Sequence[Handle], timeout: float) -> Awaited:
    """All callers wait for the same answer."""
    return Awaited(
        RevocationsPending, revocations, timeout, revocations_is_reading, lambda _: nullcontext(True)
    )


def wait(call: Callable[[], _Result], awaited: Sequence[Awaited]) -> _Result:
    """Makes a call that may be pending, and makes it again after each fetch of what it waits for, for at most
    the timeout of that. If enough callers are waiting already, it does not wait."""
    with closing(_turns(call, awaited, is_limited=True)) as turns:
        try:
            while True:
                time.sleep(next(turns))
        except StopIteration as returned:
            result: _Result = returned.value
            return result


async def wait_async(call: Callable[[], _Result], awaited: Sequence[Awaited]) -> _Result:
    """Does the same in an event loop, where any number may wait, since nothing else waits for them."""
    with closing(_turns(call, awaited, is_limited=False)) as turns:
        try:
            pause = next(turns)
            sleep = _sleep_of_this_loop()
            while True:
                await sleep(pause)
                pause = next(turns)
        except StopIteration as returned:
            result: _Result = returned.value
            return result


def _turns(
    call: Callable[[], _Result], awaited: Sequence[Awaited], is_limited: bool
) -> Generator[float, None, _Result]:
    """Yields how long to sleep, and returns the result of the call.

    A fetch ends within the timeout; but where the cooldown is shorter, another may follow at once.
    """
    ends: dict[type[AccessError], float] = {}
    with ExitStack() as admissions:
        while True:
            try:
                return call()
            except PENDING as pending:
                now = _monotonic()
                source = next((each for each in awaited if isinstance(pending, each.pending)), None)
                if source is None:
                    raise
                if source.pending not in ends:
                    may_wait = not is_limited or admissions.enter_context(source.admission(source.sources))
                    ends[source.pending] = now + (source.timeout if may_wait else 0)
                    if not may_wait:
                        # The fetch may have ended since, which makes those who still wait too many.
                        continue
                end = ends[source.pending]
                if now >= end:
                    raise
            fetching = [each for each in source.sources if source.is_fetching(each)]
            pause = _SHORTEST
            while now < end and fetching and all(map(source.is_fetching, fetching)):
                yield min(pause, end - now)
                pause = min(2 * pause, _LONGEST)
                now = _monotonic()


def _monotonic() -> float:
    """A clock that goes on where tests have frozen `time.monotonic`."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)


def _sleep_of_this_loop() -> Any:
    """The `sleep` of trio in a task of trio, and otherwise that of asyncio. Neither is imported where it is
    not running already."""
    trio = sys.modules.get("trio")
    if trio is not None and not _is_asyncio_task():
        try:
            trio.lowlevel.current_task()
        except RuntimeError:
            pass
        else:
            return trio.sleep
    import asyncio

    return asyncio.sleep


def _is_asyncio_task() -> bool:
    """trio and asyncio can share a thread, one running inside the other."""
    asyncio = sys.modules.get("asyncio")
    try:
        return asyncio is not None and asyncio.current_task() is not None
    except RuntimeError:  # no loop is running
        return False
