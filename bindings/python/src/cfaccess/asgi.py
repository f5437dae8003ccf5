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

from ._decisions import Refused
from ._guard import SCOPE_KEY, Guard, caller, claims
from ._request import EMAIL

__all__ = ["AccessMiddleware", "caller", "claims"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Header = tuple[bytes, bytes]

_EMAIL_LENGTH = len(EMAIL)


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
        joined, parts, emails = _joined(scope, headers)
        found = self._recall(joined, parts)
        if found is None:
            decision = await self._decide_async(joined, parts)
            if isinstance(decision, Refused):
                await self._refuse({**scope, "headers": headers}, receive, send, decision)
                return
            found = decision
        for pair in emails:
            headers.remove(pair)
        if found.email is not None:
            headers.append((EMAIL, found.email))
        passed = dict(scope, headers=headers)
        passed[SCOPE_KEY] = found.claims
        await self._app(passed, receive, send)

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


def _is_email(name: bytes) -> bool:
    """A name with underscores is one too: some applications treat them as hyphens."""
    return name.lower().replace(b"_", b"-") == EMAIL


def _joined(scope: Scope, headers: list[Header]) -> tuple[bytes, int, list[Header]]:
    """The request as the library takes it, the number of its parts, and the headers that name an e-mail.

    All headers are passed: to select those that count takes longer than the library does.
    """
    if scope["type"] == "http":
        method, scheme = scope["method"], scope.get("scheme") or ""
    else:
        method, scheme = "GET", "wss" if scope.get("scheme") in ("wss", "https") else "ws"
    path, raw_path = scope["path"], scope.get("raw_path") or b""
    if scope.get("root_path"):
        path, raw_path = _below(scope["root_path"], path, raw_path)
    head = f"{method}\0{scheme}\0\0{path}".encode("utf-8", "surrogatepass")  # four parts
    joined, emails = [head, raw_path], []
    for pair in headers:
        joined += pair
        if len(pair[0]) == _EMAIL_LENGTH and _is_email(pair[0]):
            emails.append(pair)
    joined.append(b"")
    return b"\0".join(joined), len(joined) + 2, emails


def _below(root: str, path: str, raw_path: bytes) -> tuple[str, bytes]:
    """The path without the root that leads it, as frameworks take it off, and the raw path without the empty
    segment that a server makes of the root `/api/`."""
    bare, encoded = root.rstrip("/"), root.encode()
    if raw_path.startswith(encoded + b"/"):
        raw_path = bare.encode() + raw_path[len(encoded) :]
    for prefix in (root, bare):
        if path.startswith(prefix) and path[len(prefix) : len(prefix) + 1] in ("", "/"):
            return path[len(prefix) :], raw_path
    return path, raw_path
