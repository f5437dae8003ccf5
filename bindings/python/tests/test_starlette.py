"""The backend for Starlette's `AuthenticationMiddleware`, with its middleware for sessions of users."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cfaccess import Keys, Verifier
from cfaccess.asgi import AccessMiddleware
from guarded import connect, fresh_service
from support import CLIENT_ID, fresh, new_verifier

pytest.importorskip("starlette", reason="the Python package starlette is missing")

from cfaccess.starlette import AccessBackend
from starlette.applications import Starlette
from starlette.authentication import requires
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket


async def told(request: Request) -> JSONResponse:
    user = request.user
    return JSONResponse(
        [user.is_authenticated, user.display_name, user.identity if user.is_authenticated else None]
    )


@requires("person")
async def persons(request: Request) -> JSONResponse:
    return JSONResponse(request.user.claims.email)


@requires("authenticated")
async def greet(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text(websocket.user.display_name)


AUTHENTICATION = Middleware(AuthenticationMiddleware, backend=AccessBackend())
ROUTES = [
    Route("/", told),
    Route("/healthz", told),
    Route("/persons", persons),
    Route("/open-persons", persons),
    WebSocketRoute("/socket", greet),
]


@pytest.fixture
def app(keys: Keys) -> Starlette:
    guard = Middleware(
        AccessMiddleware,
        verifier=new_verifier(keys, allow_services=[CLIENT_ID]),
        open_paths=["GET /healthz", "GET /open-persons"],
    )
    return Starlette(routes=ROUTES, middleware=[guard, AUTHENTICATION])


def ask(app: Any, path: str, token: str | None = None) -> tuple[int, Any]:
    headers = [] if token is None else [(b"cf-access-jwt-assertion", token.encode())]
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers}
    start, body = connect(app, scope)
    return start["status"], json.loads(body["body"]) if b"json" in dict(start["headers"])[
        b"content-type"
    ] else None


def test_user_is_who_is_calling(app: Starlette, verifier: Verifier) -> None:
    principal = verifier.verify(fresh()).principal_id

    assert ask(app, "/", fresh()) == (200, [True, "user@example.com", principal])
    status, (authenticated, name, identity) = ask(app, "/", fresh_service())
    assert (status, authenticated, name) == (200, True, CLIENT_ID)
    assert identity.endswith(f"/service/{CLIENT_ID}")


def test_user_of_an_open_path_is_not_authenticated(app: Starlette) -> None:
    assert ask(app, "/healthz") == (200, [False, "", None])
    assert ask(app, "/open-persons") == (403, None)


def test_kind_is_a_scope(app: Starlette) -> None:
    assert ask(app, "/persons", fresh()) == (200, "user@example.com")
    assert ask(app, "/persons", fresh_service()) == (403, None)
    assert ask(app, "/persons")[0] == 401


def test_websocket_has_a_user_too(app: Starlette) -> None:
    headers = [(b"cf-access-jwt-assertion", fresh().encode())]
    scope = {"type": "websocket", "path": "/socket", "query_string": b"", "headers": headers}

    _, said = connect(app, scope, {"type": "websocket.connect"})

    assert said["text"] == "user@example.com"


def test_without_the_guard_nobody_is_called_unauthenticated() -> None:
    with pytest.raises(LookupError, match="did not come through AccessMiddleware"):
        ask(Starlette(routes=ROUTES, middleware=[AUTHENTICATION]), "/healthz")
