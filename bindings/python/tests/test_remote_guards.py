"""Requests that wait for keys in the middlewares."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest
from cfaccess import asgi, wsgi
from fetched import Source
from guarded import ASSERTION, Ask, ask_asgi, ask_wsgi
from support import fresh, new_verifier

FIRST, SECOND = "a" * 64, "b" * 64


@pytest.fixture(params=[ask_wsgi, ask_asgi], ids=["wsgi", "asgi"])
def ask(request: pytest.FixtureRequest) -> Ask:
    asked: Ask = request.param
    return asked


def test_first_request_waits_for_the_keys(ask: Ask) -> None:
    source = Source("acme-1")
    verifier = new_verifier(source.keys())

    assert ask(headers=[(ASSERTION, fresh())], verifier=verifier).outcome == "user@example.com"
    assert source.fetches == 1
    assert verifier.stats()["refusals"] == {}


def test_request_whose_keys_take_too_long_may_be_tried_again(ask: Ask) -> None:
    source = Source("acme-1")
    verifier = new_verifier(source.keys(timeout=0.3))

    with source.held():
        seen = ask(headers=[(ASSERTION, fresh())], verifier=verifier)

    assert (seen.status, seen.outcome) in [(503, "KEYS_PENDING"), (503, "KEYS_UNAVAILABLE")]
    assert seen.headers["retry-after"] == "1"


def test_request_waits_for_the_keys_of_its_route_only() -> None:
    stalled, quick = Source("acme-1"), Source("acme-1")
    routes = {
        "/": new_verifier(stalled.keys(timeout=20), audiences=[FIRST]),
        "/quick": new_verifier(quick.keys(timeout=20), audiences=[SECOND]),
    }
    guarded: Any = wsgi.AccessMiddleware(lambda environ, _: wsgi.claims(environ), routes=routes)

    def environ(path: str, audience: str) -> dict[str, Any]:
        token = fresh(aud=audience)
        return {"REQUEST_METHOD": "GET", "PATH_INFO": path, "HTTP_CF_ACCESS_JWT_ASSERTION": token}

    with stalled.held():
        waiting = threading.Thread(target=guarded, args=(environ("/", FIRST), lambda *_: None))
        waiting.start()
        stalled.await_fetch()
        began = time.monotonic()
        assert guarded(environ("/quick", SECOND), None).email == "user@example.com"
        assert time.monotonic() - began < 5
        assert waiting.is_alive()
    waiting.join(20)


def test_forged_tokens_hold_up_two_threads_at_most() -> None:
    source = Source("acme-1")
    keys = source.keys(timeout=20)
    keys.connect()
    time.sleep(1.2)  # the cooldown
    guarded = wsgi.AccessMiddleware(lambda *_: [], new_verifier(keys))
    ended = threading.Semaphore(0)

    def ask() -> None:
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": "/",
            "HTTP_CF_ACCESS_JWT_ASSERTION": fresh("acme-2"),
        }
        guarded(environ, lambda *_: None)
        ended.release()

    threads = [threading.Thread(target=ask) for _ in range(5)]
    with source.held():
        for thread in threads:
            thread.start()
        for _ in range(3):
            assert ended.acquire(timeout=10)
        assert sum(thread.is_alive() for thread in threads) >= 2
    for thread in threads:
        thread.join(20)


def test_request_that_is_cancelled_stops_waiting() -> None:
    source = Source("acme-1")
    guarded = asgi.AccessMiddleware(lambda *_: None, new_verifier(source.keys()))
    headers = [(b"cf-access-jwt-assertion", fresh().encode())]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}

    async def main() -> None:
        with source.held(), pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(guarded(scope, None, None), 0.1)  # type: ignore[arg-type]

    asyncio.run(main())
