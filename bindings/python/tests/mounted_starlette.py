"""A Starlette application, alone and in a mount of a mount."""

from __future__ import annotations

from typing import Any

from cfaccess.asgi import AccessMiddleware
from mounted import ACCESS, PAGES
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route, WebSocketRoute


def page(name: str) -> Any:
    async def respond(_: Any) -> PlainTextResponse:
        return PlainTextResponse(name)

    return respond


async def greet(websocket: Any) -> None:
    await websocket.accept()
    await websocket.send_text("admin")
    await websocket.close()


site = Starlette(
    routes=[
        *(Route(path, page(name)) for path, name in PAGES.items()),
        WebSocketRoute("/admin/socket", greet),
    ]
)
app = AccessMiddleware(site, **ACCESS)
mounted = Starlette(routes=[Mount("/a", Starlette(routes=[Mount("/b", app)]))])
