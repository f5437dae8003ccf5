"""For ASGI applications: FastAPI, Starlette, Django, and every other.

>>> from cfaccess.asgi import AccessMiddleware, caller
>>> async def application(scope, receive, send):
...     body = f"hello, {caller(scope).email}".encode()
...     await send({"type": "http.response.start", "status": 200, "headers": []})
...     await send({"type": "http.response.body", "body": body})
>>> application = AccessMiddleware(application, verifier)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from ._decisions import Caller, Refused
from ._guard import SCOPE_KEY, Guard, caller, claims
from ._joined import of_scope
from ._request import EMAIL

__all__ = ["AccessMiddleware", "caller", "claims"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Header = tuple[bytes, bytes]


class AccessMiddleware(Guard):
    """Lets an ASGI application see verified requests and WebSockets only.

    It goes outside of everything that changes paths, and inside of what changes the host. A `root_path` that
    the application sets itself, as `FastAPI(root_path=...)` does, is known only to a middleware that
    `add_middleware` has added. `caller(request)` says who is calling, and so does `scope["cfaccess"]`.
    Requests are verified in the event loop, of asyncio or trio, which is not blocked while a key is being
    fetched.

    The handshake of a WebSocket is refused with the same answer where the server can send one, and otherwise
    closed with 4000 plus the HTTP status: 4401, 4403, 4500 or 4503. `lifespan` is passed on; any other kind
    of scope is a `ValueError`.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one connection, as https://asgi.readthedocs.io has it."""
        kind = scope["type"]
        if kind == "lifespan":
            await self._app(scope, receive, send)
            return
        if kind not in ("http", "websocket"):
            raise ValueError(f"AccessMiddleware does not know scopes of type {kind!r}")
        headers = list(scope["headers"])  # ASGI allows any iterable, even one that can be read only once
        joined, parts, emails = of_scope(scope, headers)
        found = self._recall(joined, parts)
        if found is None:
            decision = await self._decide_async(joined, parts)
            if isinstance(decision, Refused):
                await self._refuse({**scope, "headers": headers}, receive, send, decision)
                return
            found = decision
        await self._app(seen(scope, headers, emails, found), receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, refused: Refused) -> None:
        self._report(scope, refused)
        kind = "http.response"
        if scope["type"] == "websocket":
            if (await receive())["type"] != "websocket.connect":
                return
            if "websocket.http.response" not in (scope.get("extensions") or {}):
                code = 4000 + refused.http_status
                await send({"type": "websocket.close", "code": code, "reason": refused.error.status})
                return
            kind = "websocket.http.response"
        answered = [(name.lower(), value) for name, value in refused.headers]
        await send({"type": f"{kind}.start", "status": refused.http_status, "headers": answered})
        await send({"type": f"{kind}.body", "body": refused.body})


def seen(scope: Scope, headers: list[Header], emails: list[Header], found: Caller) -> Scope:
    """The scope that the application sees, with these headers except those that name an e-mail."""
    for pair in emails:
        headers.remove(pair)
    if found.email is not None:
        headers.append((EMAIL, found.email))
    passed = dict(scope, headers=headers)
    passed[SCOPE_KEY] = found.claims
    return passed
