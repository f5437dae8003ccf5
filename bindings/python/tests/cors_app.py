"""An API behind Access that a page of another origin calls: uvicorn cors_app:app

Which of the two middlewares is outermost, that of Access or that for CORS, is in the environment.
"""

from __future__ import annotations

import os
from typing import Any

from cfaccess import Keys, Verifier
from cfaccess.asgi import AccessMiddleware, caller
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

seen: list[list[Any]] = []
"""Method, whether there was a cookie, and status of each request that came."""


async def greet(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"hello, {caller(request).email}")


def add_cors(application: Starlette) -> None:
    application.add_middleware(
        CORSMiddleware,
        allow_origins=[os.environ["PAGE_ORIGIN"]],
        allow_methods=["PUT"],
        allow_credentials=True,
    )


def add_access(application: Starlette) -> None:
    application.add_middleware(
        AccessMiddleware,
        verifier=Verifier(
            team=os.environ["ACCESS_TEAM"],
            audiences=[os.environ["ACCESS_AUDIENCE"]],
            keys=Keys.remote(os.environ["ACCESS_TEAM"]),
            accept_cookie=True,
        ),
        allow_preflight=os.environ["ALLOW_PREFLIGHT"] == "yes",
    )


class Watched:
    """Outside of everything: notes what comes and what is answered."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] == "/healthz":
            await self._app(scope, receive, send)
            return
        if scope["path"] == "/seen":
            await JSONResponse(seen)(scope, receive, send)
            seen.clear()
            return
        has_cookie = any(name == b"cookie" for name, _ in scope["headers"])

        async def noted(message: Any) -> None:
            if message["type"] == "http.response.start":
                seen.append([scope["method"], has_cookie, message["status"]])
            await send(message)

        await self._app(scope, receive, noted)


guarded = Starlette(routes=[Route("/greeting", greet, methods=["GET", "PUT"])])
# What is added last is outermost.
for add in (add_cors, add_access) if os.environ["OUTERMOST"] == "access" else (add_access, add_cors):
    add(guarded)
app = Watched(guarded)
