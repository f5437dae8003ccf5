"""Requests of aiohttp, as its server hands them to a handler."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from cfaccess import AccessError, Verifier
from support import mint, person

pytest.importorskip("aiohttp", reason="the Python package aiohttp is missing")

from aiohttp import web

BJORN = "björn@example.com"


def outcome(verifier: Verifier, now: int, *headers: tuple[bytes, bytes]) -> str:
    """What a handler gets of a request with these headers: an e-mail or a status."""

    async def handle(request: web.Request) -> web.Response:
        try:
            return web.Response(text=verifier.verify_request(request, now=now).email)
        except AccessError as error:
            return web.Response(text=error.status)

    return asyncio.run(ask(handle, b"".join(b"%s: %s\r\n" % header for header in headers)))


async def ask(handle: Any, headers: bytes) -> str:
    app = web.Application()
    app.router.add_get("/", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0]
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n" % headers)
        answer = await asyncio.wait_for(reader.read(), 20)
        writer.close()
        await writer.wait_closed()
    finally:
        await runner.cleanup()
    return answer.partition(b"\r\n\r\n")[2].decode()


def assertion(token: str) -> tuple[bytes, bytes]:
    return b"Cf-Access-Jwt-Assertion", token.encode()


def email(address: bytes) -> tuple[bytes, bytes]:
    return b"Cf-Access-Authenticated-User-Email", address


def test_request_will_do(verifier: Verifier, token: str, now: int) -> None:
    assert outcome(verifier, now, assertion(token), email(b"user@example.com")) == "user@example.com"
    assert outcome(verifier, now, assertion(token), email(b"root@example.com")) == "IDENTITY_MISMATCH"
    assert outcome(verifier, now) == "NO_TOKEN"


def test_second_assertion_is_refused(verifier: Verifier, token: str, now: int) -> None:
    assert outcome(verifier, now, assertion(token), assertion(token)) == "MALFORMED"


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_email_is_compared_as_it_was_sent(verifier: Verifier, now: int, encoding: str) -> None:
    token = mint(person(email=BJORN))

    verdict = outcome(verifier, now, assertion(token), email(BJORN.encode(encoding)))

    assert verdict == (BJORN if encoding == "utf-8" else "IDENTITY_MISMATCH")
