"""With Starlette's middleware for CORS, in the order of the README and reversed."""

from __future__ import annotations

from cfaccess.asgi import AccessMiddleware, caller
from cors import PAGE_ORIGIN, Watched, access
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route


async def greet(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"hello, {caller(request).email}")


def application() -> Starlette:
    return Starlette(routes=[Route("/greeting", greet, methods=["GET", "PUT"])])


def add_cors(application: Starlette) -> None:
    application.add_middleware(
        CORSMiddleware, allow_origins=[PAGE_ORIGIN], allow_methods=["PUT"], allow_credentials=True
    )


# What is added last is outermost.
access_outside = application()
add_cors(access_outside)
access_outside.add_middleware(AccessMiddleware, **access())

cors_outside = application()
cors_outside.add_middleware(AccessMiddleware, **access())
add_cors(cors_outside)

readme, reversed_ = Watched(access_outside), Watched(cors_outside)
