"""One request to a Django project that its own middleware guards, as `guarded` has it for the others."""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings
from django_project import GUARD
from guarded import ASSERTION, Seen


def guarding(*others: str, **options: Any) -> Any:
    """Settings with which the guard has these options, and stands before these other middlewares."""
    setting = {name.upper(): value for name, value in options.items()}
    return override_settings(MIDDLEWARE=[GUARD, *others], CFACCESS=setting)


def ask_django_wsgi(
    target: str = "/",
    *,
    method: str = "GET",
    headers: Any = (),
    host: str | None = "app.example.com",
    **options: Any,
) -> Seen:
    """A request to the project under WSGI."""
    path, _, query = target.partition("?")
    environ: dict[str, Any] = {
        "wsgi.version": (1, 0),
        "wsgi.input": BytesIO(),
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
    with guarding(**options):
        response = WSGIHandler()(environ, lambda status, headers: started.append((status, headers)))
    body = b"".join(response)
    response.close()
    ((status, answered),) = started
    return Seen(int(status.split()[0]), {name.lower(): value for name, value in answered}, body)


def ask_django_asgi(
    target: str = "/",
    *,
    method: str = "GET",
    headers: Any = (),
    host: str | None = "app.example.com",
    **options: Any,
) -> Seen:
    """A request to the project under ASGI."""
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
    with guarding(**options):
        start, *parts = asyncio.run(handle(scope))
    answered = {name.decode().lower(): value.decode("latin-1") for name, value in start["headers"]}
    return Seen(start["status"], answered, b"".join(part.get("body", b"") for part in parts))


async def handle(scope: dict[str, Any]) -> list[Any]:
    """What the project sends to a client that waits for it."""
    sent: list[Any] = []
    received = [{"type": "http.request"}]

    async def receive() -> Any:
        if not received:
            await asyncio.Event().wait()
        return received.pop()

    async def send(message: Any) -> None:
        sent.append(message)

    await ASGIHandler()(scope, receive, send)
    return sent


def page(client: Any, path: str, token: str | None = None, **headers: str) -> Any:
    """The response that a client of Django's tests gets. An underscore in the name of a header is a
    hyphen."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if token is not None:
        named[ASSERTION] = token
    response = client.get(path, headers=named)
    return asyncio.run(response) if asyncio.iscoroutine(response) else response
