"""Waiting for keys that are being fetched, so that nothing but the caller waits.

A blocking call of the library would block every greenlet of gevent and eventlet, and no signal handler of
Python could run. So no call of the library waits. A caller that has to wait sleeps between calls: by
`time.sleep`, which gevent and eventlet replace, or by the `sleep` of its event loop.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator, Sequence
from typing import Any, TypeVar

from ._errors import KeysPending
from ._handle import Handle
from ._native import keys_is_fetching, waiting_for_keys

_Result = TypeVar("_Result")

# In seconds. The pauses between two calls grow.
_SHORTEST, _LONGEST = 0.001, 0.05


def wait(call: Callable[[], _Result], keys: Sequence[Handle], timeout: float) -> _Result:
    """Makes a call that may raise `KeysPending`, and makes it again after each fetch of these keys, for at
    most `timeout` seconds. If enough callers are waiting already, it does not wait."""
    with waiting_for_keys(keys) as may_wait:
        turns = _turns(call, keys, timeout if may_wait else 0)
        try:
            while True:
                time.sleep(next(turns))
        except StopIteration as returned:
            result: _Result = returned.value
            return result


async def wait_async(call: Callable[[], _Result], keys: Sequence[Handle], timeout: float) -> _Result:
    """Does the same in an event loop, where any number may wait, since nothing else waits for them."""
    turns = _turns(call, keys, timeout)
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
    call: Callable[[], _Result], keys: Sequence[Handle], timeout: float
) -> Generator[float, None, _Result]:
    """Yields how long to sleep, and returns the result of the call.

    A fetch ends within the timeout; but where the cooldown is shorter, another may follow at once.
    """
    end = None
    while True:
        try:
            return call()
        except KeysPending:
            now = _monotonic()
            if end is None:
                end = now + timeout
            if now >= end:
                raise
        fetching = [each for each in keys if keys_is_fetching(each)]
        pause = _SHORTEST
        while now < end and fetching and all(map(keys_is_fetching, fetching)):
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
