"""Verification in an event loop of trio."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from cfaccess import AccessError
from endpoint import Endpoint
from fetched import Source
from servers import serving
from support import fresh, new_verifier

trio = pytest.importorskip("trio", reason="the Python package trio is missing")

HYPERCORN = ["hypercorn", "--worker-class={loop}", "--bind=fd://{fd}"]


def test_loop_is_not_blocked_by_a_fetch() -> None:
    source = Source("acme-1")
    verifier = new_verifier(source.keys(timeout=20))
    emails: list[str | None] = []

    async def verify() -> None:
        emails.append((await verifier.verify_async(fresh())).email)
        emails.append((await verifier.verify_request_async({"Cf-Access-Jwt-Assertion": fresh()})).email)

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            with source.held():
                nursery.start_soon(verify)
                await trio.sleep(0.3)
                assert emails == []

    trio.run(main)

    assert emails == ["user@example.com"] * 2
    assert source.fetches == 1


def test_fetch_that_hangs_is_waited_for_until_the_timeout() -> None:
    source = Source("acme-1")
    verifier = new_verifier(source.keys(timeout=0.3))
    began = time.monotonic()

    with source.held(), pytest.raises(AccessError) as refused:
        trio.run(verifier.verify_async, fresh())

    assert refused.value.status == "KEYS_UNAVAILABLE"
    assert 0.29 <= time.monotonic() - began < 1.5


def test_caller_can_be_cancelled() -> None:
    source = Source("acme-1")
    verifier = new_verifier(source.keys(timeout=20))

    async def main() -> bool:
        with trio.move_on_after(0.1) as scope:
            await verifier.verify_async(fresh())
        return bool(scope.cancelled_caught)

    with source.held():
        assert trio.run(main)


def test_each_of_two_loops_in_one_thread_gets_its_own_sleep() -> None:
    source = Source("acme-1")
    verifier = new_verifier(source.keys(timeout=20))

    async def in_trio() -> str | None:
        return (await verifier.verify_async(fresh())).email

    async def main() -> list[Any]:
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        outcomes: list[Any] = []

        def ended(outcome: Any) -> None:
            over.set()
            outcomes.append(outcome.unwrap())

        with source.held():
            trio.lowlevel.start_guest_run(
                in_trio, run_sync_soon_threadsafe=loop.call_soon_threadsafe, done_callback=ended
            )
            verifying = asyncio.create_task(verifier.verify_async(fresh()))
            await asyncio.sleep(0.2)
            assert not verifying.done()
        outcomes.append((await verifying).email)
        await over.wait()
        return outcomes

    assert asyncio.run(main()) == ["user@example.com"] * 2


@pytest.mark.parametrize("loop", ["trio", "asyncio"])
def test_hypercorn_answers_while_and_after_keys_are_fetched(
    loop: str, endpoint: Endpoint, tmp_path: Path
) -> None:
    pytest.importorskip("hypercorn", reason="the Python package hypercorn is missing")
    command = [word.replace("{loop}", loop) for word in HYPERCORN]
    endpoint.behave(delay=0.5)
    with serving(command, "asgi_app:app", tmp_path, endpoint) as server:
        first = server.ask("/", Cf_Access_Jwt_Assertion=fresh())
        assert (first.status, first.body) == (200, "user@example.com")

        endpoint.behave(keys=["acme-2"], delay=0.5)
        time.sleep(1.2)  # the cooldown
        rotated = server.ask("/", Cf_Access_Jwt_Assertion=fresh("acme-2"))
        assert (rotated.status, rotated.body) == (200, "user@example.com")
