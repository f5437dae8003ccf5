"""For ASGI applications: FastAPI, Starlette, Django, and every other.

>>> from cfaccess.asgi import AccessMiddleware, claims
>>> async def application(scope, receive, send):
...     body = f"hello, {claims(scope).email}".encode()
...     await send({"type": "http.response.start", "status": 200, "headers": []})
...     await send({"type": "http.response.body", "body": body})
>>> application = AccessMiddleware(application, verifier)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from ._claims import Claims
from ._errors import AccessError
from ._guard import SCOPE_KEY, Guard, claims
from ._request import EMAIL

__all__ = ["AccessMiddleware", "claims"]

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


class AccessMiddleware(Guard):
    """Lets an ASGI application see verified requests and WebSockets only.

    It goes outside of everything that changes paths, and inside of what changes the host. `claims(request)`,
    or `scope["cfaccess"]`, says who is calling. Requests are verified in the event loop, of asyncio or trio,
    which is not blocked while a key is being fetched.

    The handshake of a WebSocket is refused with the same answer where the server can send one, and otherwise
    closed with 4000 plus the HTTP status: 4401, 4403, 4500 or 4503. `lifespan` is passed on; any other kind
    of scope is a `ValueError`.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one connection, as https://asgi.readthedocs.io has it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] not in ("http", "websocket"):
            raise ValueError(f"AccessMiddleware does not know scopes of type {scope['type']!r}")
        scope = {
            **scope,
            "headers": list(scope["headers"]),
        }  # ASGI allows any iterable, even one that can be read only once
        request = _Request(scope)
        try:
            caller = await self._admit_async(request, scope)
        except AccessError as error:
            await self._answer(request, scope, receive, send, error)
            return
        scope["headers"] = _with_email(scope["headers"], caller)
        scope[SCOPE_KEY] = caller
        await self._app(scope, receive, send)

    async def _answer(
        self, request: _Request, scope: Scope, receive: Receive, send: Send, error: AccessError
    ) -> None:
        status, headers, body = self._refuse(request, scope, error)
        kind = "http.response"
        if scope["type"] == "websocket":
            if (await receive())["type"] != "websocket.connect":
                return
            if "websocket.http.response" not in (scope.get("extensions") or {}):
                await send({"type": "websocket.close", "code": 4000 + status, "reason": error.status})
                return
            kind = "websocket.http.response"
        encoded = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
        await send({"type": f"{kind}.start", "status": status, "headers": encoded})
        await send({"type": f"{kind}.body", "body": body})


def _with_email(headers: Any, caller: Claims | None) -> list[tuple[bytes, bytes]]:
    """A name with underscores is removed too: some applications treat them as hyphens."""
    passed = [
        (name, value)
        for name, value in headers
        if len(name) != len(EMAIL) or name.lower().replace(b"_", b"-") != EMAIL
    ]
    if caller is not None and caller.kind == "person":
        passed.append((EMAIL, (caller.email or "").encode()))
    return passed


class _Request:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self.method: str = scope["method"] if scope["type"] == "http" else "WEBSOCKET"
        self.path: str = scope["path"]

    @property
    def raw_path(self) -> str:
        return (self._scope.get("raw_path") or b"").decode("latin-1")

    def header(self, name: str) -> list[str]:
        wanted = name.encode()
        length = len(wanted)
        return [
            value.decode("latin-1")
            for name, value in self._scope["headers"]
            if len(name) == length and name.lower() == wanted
        ]
