"""Event loops are not blocked while keys are fetched, and no thread is needed for that."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest
from cfaccess import AccessError, InvalidArgument, KeysAway, Verifier
from cfaccess.asgi import AccessMiddleware, claims
from fetched import Source
from guarded import connect
from support import fresh, new_verifier

REQUEST = "Cf-Access-Jwt-Assertion"


async def outcome(verifier: Verifier, token: str) -> str:
    try:
        await verifier.verify_async(token)
    except AccessError as error:
        return error.status
    return "OK"


async def longest_block(end: asyncio.Event) -> float:
    """For how many seconds the loop was blocked, at worst."""
    longest, last = 0.0, time.monotonic()
    while not end.is_set():
        await asyncio.sleep(0.001)
        now = time.monotonic()
        longest, last = max(longest, now - last), now
    return longest


def test_first_token_fetches_the_keys() -> None:
    source = Source("acme-1")
    verifier = new_verifier(source.keys())

    async def main() -> None:
        assert (await verifier.verify_async(fresh())).email == "user@example.com"
        assert (await verifier.verify_request_async([(REQUEST, fresh())])).email == "user@example.com"

    asyncio.run(main())

    assert source.fetches == 1


def test_key_in_force_suspends_nothing(verifier: Verifier) -> None:
    for verifying in (
        verifier.verify_async(fresh()),
        verifier.verify_async(fresh().encode()),
        verifier.verify_request_async({REQUEST: fresh()}),
    ):
        with pytest.raises(StopIteration) as returned:
            verifying.send(None)
        assert returned.value.value.email == "user@example.com"


def test_loop_is_not_blocked_by_a_slow_fetch() -> None:
    source = Source("acme-1")
    verifier = new_verifier(source.keys(timeout=20))

    async def main() -> float:
        with source.held():
            end = asyncio.Event()
            block = asyncio.create_task(longest_block(end))
            verifying = asyncio.create_task(verifier.verify_async(fresh()))
            await asyncio.sleep(1)
            assert not verifying.done()
            end.set()
        assert await verifying
        return await block

    assert asyncio.run(main()) < 0.5


def test_hundred_callers_cause_one_fetch_and_no_thread() -> None:
    source = Source("acme-1")
    verifier = new_verifier(source.keys())
    tokens = [fresh(email=f"{number}@example.com") for number in range(100)]

    async def main() -> list[Any]:
        threads = threading.active_count()
        with source.held():
            verifying = [asyncio.create_task(verifier.verify_async(token)) for token in tokens]
            await asyncio.sleep(0.1)
            # The threads of the fetch are not of the module threading.
            assert threading.active_count() == threads
        return await asyncio.gather(*verifying)

    seen = asyncio.run(main())

    assert [each.email for each in seen] == [f"{number}@example.com" for number in range(100)]
    assert source.fetches == 1


def test_refusals_are_those_of_verify() -> None:
    source = Source("acme-1")
    verifier = new_verifier(source.keys())
    tokens = ["", "a.b.c", fresh("acme-2"), fresh()[:-8] + "AAAAAAAA", fresh(exp=5, iat=1, nbf=None)]

    async def main() -> list[str]:
        return [await outcome(verifier, token) for token in tokens]

    assert asyncio.run(main()) == ["NO_TOKEN", "MALFORMED", "UNKNOWN_KEY", "BAD_SIGNATURE", "EXPIRED"]


def test_failed_fetch_is_reported_to_all_that_wait() -> None:
    source = Source()
    source.answer(lambda: 1 / 0)
    verifier = new_verifier(source.keys())

    async def main() -> list[str]:
        return await asyncio.gather(*[outcome(verifier, fresh()) for _ in range(10)])

    assert asyncio.run(main()) == ["KEYS_UNAVAILABLE"] * 10
    assert source.fetches == 1


def test_fetch_that_hangs_is_waited_for_until_the_timeout() -> None:
    source = Source("acme-1")
    verifier = new_verifier(source.keys(timeout=0.3))
    began = time.monotonic()

    with source.held():
        assert asyncio.run(outcome(verifier, fresh())) == "KEYS_UNAVAILABLE"

    assert 0.29 <= time.monotonic() - began < 1.5


def test_nobody_waits_longer_than_the_timeout_for_fetch_after_fetch() -> None:
    source = Source("acme-1")
    verifier = new_verifier(source.keys(timeout=1.5))

    async def main() -> float:
        first = asyncio.create_task(outcome(verifier, fresh()))
        await asyncio.sleep(1)
        began = time.monotonic()
        with pytest.raises(KeysAway):
            await verifier.verify_async(fresh())
        assert await first in ("KEYS_PENDING", "KEYS_UNAVAILABLE")
        return time.monotonic() - began

    with source.held():
        assert 0.4 <= asyncio.run(main()) < 2.5


def test_rotation_is_noticed() -> None:
    source = Source("acme-1")
    verifier = new_verifier(source.keys())

    async def main() -> None:
        assert await outcome(verifier, fresh()) == "OK"
        source.hand_out("acme-2")
        while await outcome(verifier, fresh("acme-2")) != "OK":
            assert await outcome(verifier, fresh()) == "OK"
            await asyncio.sleep(0.02)

    asyncio.run(asyncio.wait_for(main(), 20))


def test_cancelled_caller_leaves_the_fetch_to_the_others() -> None:
    source = Source("acme-1")
    verifier = new_verifier(source.keys())

    async def main() -> None:
        with source.held():
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(verifier.verify_async(fresh()), 0.1)
            other = asyncio.create_task(verifier.verify_async(fresh()))
            await asyncio.sleep(0)
        assert await other

    asyncio.run(main())

    assert source.fetches == 1


def test_closed_verifier_and_wrong_types(verifier: Verifier) -> None:
    with pytest.raises(TypeError, match="token must be"):
        asyncio.run(verifier.verify_async(None))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="headers must be"):
        asyncio.run(verifier.verify_request_async(5))  # type: ignore[arg-type]
    verifier.close()
    with pytest.raises(InvalidArgument, match="this Verifier is closed"):
        asyncio.run(verifier.verify_async("x"))
    with pytest.raises(InvalidArgument, match="this Verifier is closed"):
        asyncio.run(verifier.verify_request_async({}))


def test_middleware_does_not_block_the_loop() -> None:
    source = Source("acme-1")
    verifier = new_verifier(source.keys())
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "headers": [(REQUEST.lower().encode(), fresh().encode())],
    }

    async def application(scope: Any, receive: Any, send: Any) -> None:
        caller = claims(scope)
        await send(caller and caller.email)

    guarded = AccessMiddleware(application, verifier)

    async def during_a_fetch(scope: Any, receive: Any, send: Any) -> None:
        with source.held():
            answering = asyncio.create_task(guarded(scope, receive, send))
            await asyncio.sleep(0.1)
            assert not answering.done()
        await answering

    assert connect(during_a_fetch, scope) == ["user@example.com"]
