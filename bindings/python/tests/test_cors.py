"""The order of the README with Starlette's middleware for CORS: the guard outside, CORS inside."""

from __future__ import annotations

from typing import Any

import pytest
from cfaccess import Verifier
from cfaccess.asgi import AccessMiddleware
from guarded import connect
from support import fresh

PAGE = b"https://page.example"
ALLOWED = b"access-control-allow-origin"


def answer(verifier: Verifier, method: str, *headers: tuple[bytes, bytes]) -> tuple[int, bytes | None]:
    """The status, and the origin that may read the answer."""
    cors = pytest.importorskip("starlette.middleware.cors", reason="the Python package starlette is missing")

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    inner = cors.CORSMiddleware(application, allow_origins=[PAGE.decode()], allow_methods=["PUT"])
    guarded = AccessMiddleware(inner, verifier, allow_preflight=True)
    named = [(b"host", b"app.example.com"), (b"origin", PAGE), *headers]
    start, _ = connect(guarded, {"type": "http", "method": method, "path": "/", "headers": named})
    return start["status"], dict(start["headers"]).get(ALLOWED)


def test_preflight_request_is_answered_by_the_application(verifier: Verifier) -> None:
    assert answer(verifier, "OPTIONS", (b"access-control-request-method", b"PUT")) == (200, PAGE)


def test_other_requests_of_the_page_need_a_token(verifier: Verifier) -> None:
    assert answer(verifier, "PUT", (b"cf-access-jwt-assertion", fresh().encode())) == (200, PAGE)
    assert answer(verifier, "PUT") == (401, None)
    assert answer(verifier, "OPTIONS") == (401, None)
