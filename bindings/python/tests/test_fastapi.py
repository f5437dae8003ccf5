"""The dependency for FastAPI, and what the OpenAPI document says of it."""

from __future__ import annotations

from typing import Any

import pytest
from cfaccess import Verifier
from cfaccess.asgi import AccessMiddleware
from guarded import connect
from support import fresh

pytest.importorskip("fastapi", reason="the Python package fastapi is missing")

from cfaccess.fastapi import Caller
from fastapi import APIRouter, FastAPI, WebSocket

router = APIRouter()


@router.get("/")
async def hello(person: Caller) -> str:
    return f"hello, {person.email}"


@router.get("/plain")
def plain(person: Caller) -> str:
    return f"hello, {person.email}"


@router.get("/healthz")
async def health() -> str:
    return "open"


@router.get("/mistake")
async def mistake(person: Caller) -> str:
    return person.kind


@router.websocket("/socket")
async def greet(websocket: WebSocket, person: Caller) -> None:
    await websocket.accept()
    await websocket.send_text(f"hello, {person.email}")


@pytest.fixture
def app(verifier: Verifier) -> FastAPI:
    app = FastAPI()
    app.include_router(router)
    app.add_middleware(AccessMiddleware, verifier=verifier, open_paths=["GET /healthz", "GET /mistake"])
    return app


def ask(app: FastAPI, path: str, token: str | None = None) -> tuple[int, str]:
    headers = [] if token is None else [(b"cf-access-jwt-assertion", token.encode())]
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers}
    start, body = connect(app, scope, {"type": "http.request"})
    return start["status"], body["body"].decode()


def test_dependency_is_who_is_calling(app: FastAPI) -> None:
    assert ask(app, "/", fresh()) == (200, '"hello, user@example.com"')
    assert ask(app, "/plain", fresh()) == (200, '"hello, user@example.com"')
    assert ask(app, "/")[0] == ask(app, "/plain")[0] == 401
    assert ask(app, "/healthz") == (200, '"open"')


def test_websocket_has_a_caller_too(app: FastAPI) -> None:
    headers = [(b"cf-access-jwt-assertion", fresh().encode())]
    scope = {"type": "websocket", "path": "/socket", "query_string": b"", "headers": headers}

    _, said, *_ = connect(app, scope, {"type": "websocket.connect"})

    assert said["text"] == "hello, user@example.com"


def test_nobody_is_calling_on_an_open_path_and_without_the_guard(app: FastAPI) -> None:
    with pytest.raises(LookupError, match="open"):
        ask(app, "/mistake", fresh())
    unguarded = FastAPI()
    unguarded.include_router(router)
    with pytest.raises(LookupError, match="did not come through AccessMiddleware"):
        ask(unguarded, "/", fresh())


def test_document_has_a_security_scheme(app: FastAPI) -> None:
    document: Any = app.openapi()

    scheme = document["components"]["securitySchemes"]["CloudflareAccess"]
    assert (scheme["type"], scheme["in"], scheme["name"]) == ("apiKey", "header", "Cf-Access-Jwt-Assertion")
    secured = {path: methods["get"].get("security") for path, methods in document["paths"].items()}
    assert secured["/"] == secured["/plain"] == [{"CloudflareAccess": []}]
    assert secured["/healthz"] is None
    assert not any("parameters" in methods["get"] for methods in document["paths"].values())
