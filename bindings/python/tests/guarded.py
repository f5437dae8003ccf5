"""One request through either middleware, to an application that reports what it sees."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from cfaccess import asgi, wsgi
from support import mint, service

ASSERTION, EMAIL = "Cf-Access-Jwt-Assertion", "Cf-Access-Authenticated-User-Email"


class Seen(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def outcome(self) -> str:
        """The status of the refusal, or what the application saw: who is calling."""
        answered: dict[str, str] = json.loads(self.body)
        return answered.get("status") or answered["caller"]

    @property
    def email_headers(self) -> list[str]:
        """The e-mail headers that the application saw."""
        listed: list[str] = json.loads(self.body)["emails"]
        return listed


Ask = Callable[..., Seen]


def ask_wsgi(
    target: str = "/",
    *,
    method: str = "GET",
    headers: Any = (),
    host: str | None = "app.example.com",
    **options: Any,
) -> Seen:
    """A request through the WSGI middleware with these options."""
    path, _, query = target.partition("?")
    environ: dict[str, Any] = {
        "wsgi.version": (1, 0),
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "RAW_URI": target,
    }
    for name, value in [*([("Host", host)] if host is not None else []), *headers]:
        key = "HTTP_" + name.upper().replace("-", "_")
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    started: list[Any] = []

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        email = environ.get("HTTP_CF_ACCESS_AUTHENTICATED_USER_EMAIL")
        return [_told(wsgi.claims(environ), [] if email is None else [email])]

    guarded = wsgi.AccessMiddleware(application, **options)
    body = b"".join(guarded(environ, lambda status, headers: started.append((status, headers))))
    ((status, answered),) = started
    return Seen(int(status.split()[0]), {name.lower(): value for name, value in answered}, body)


def ask_asgi(
    target: str = "/",
    *,
    method: str = "GET",
    headers: Any = (),
    host: str | None = "app.example.com",
    **options: Any,
) -> Seen:
    """A request through the ASGI middleware with these options."""
    path, _, query = target.partition("?")
    named = [*([("Host", host)] if host is not None else []), *headers]
    scope = {
        "type": "http",
        "method": method,
        "path": unquote_to_bytes(path).decode("utf-8", "replace"),
        "raw_path": path.encode("latin-1"),
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in named],
    }

    async def application(scope: Any, receive: Any, send: Any) -> None:
        emails = [value.decode() for name, value in scope["headers"] if b"user" in name.lower()]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": _told(asgi.claims(scope), emails)})

    start, end = connect(asgi.AccessMiddleware(application, **options), scope)
    answered = {name.decode(): value.decode("latin-1") for name, value in start["headers"]}
    return Seen(start["status"], answered, end["body"])


def connect(application: Any, scope: dict[str, Any], *received: dict[str, Any]) -> list[Any]:
    """What an ASGI application sends."""
    sent: list[Any] = []
    waiting = list(received)

    async def receive() -> Any:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(application(scope, receive, send))
    return sent


def _told(claims: Any, emails: list[str]) -> bytes:
    caller = "open" if claims is None else claims.email or claims.common_name
    return json.dumps({"caller": caller, "emails": emails}).encode()


def fresh_service() -> str:
    """A service's token that is valid now."""
    now = int(time.time())
    return mint(service(iat=now - 60, exp=now + 3600))
