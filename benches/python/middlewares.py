"""A browser's request through the middlewares, to applications that do nothing."""

from __future__ import annotations

from typing import Any, Callable

from cfaccess import Verifier, asgi, wsgi

HEADERS = {
    "host": "app.example.com",
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0",
    "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "accept-encoding": "gzip, br",
    "accept-language": "en-GB,en;q=0.9",
    "cdn-loop": "cloudflare",
    "cf-connecting-ip": "203.0.113.9",
    "cf-ray": "8d0f1c2b3a495867-LHR",
    "cf-visitor": '{"scheme":"https"}',
    "cookie": "session=0123456789abcdef",
    "sec-fetch-dest": "document",
    "sec-fetch-mode": "navigate",
    "sec-fetch-site": "same-origin",
    "upgrade-insecure-requests": "1",
    "x-forwarded-for": "203.0.113.9",
    "x-forwarded-proto": "https",
}


def prepare_middlewares(verifier: Verifier, token: str) -> dict[str, Callable[[], object]]:
    headers = {**HEADERS, "cf-access-jwt-assertion": token}
    environ: dict[str, Any] = {
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/reports",
        "RAW_URI": "/reports",
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()},
    }
    scope: dict[str, Any] = {
        "type": "http",
        "scheme": "http",
        "method": "GET",
        "root_path": "",
        "path": "/reports",
        "raw_path": b"/reports",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }

    async def application(*_: object) -> None:
        pass

    of_asgi = asgi.AccessMiddleware(application, verifier)
    of_wsgi = wsgi.AccessMiddleware(lambda *_: [], verifier)

    def run() -> None:
        try:
            of_asgi(scope, application, application).send(None)
        except StopIteration:
            return
        raise RuntimeError("the request was not answered at once")

    return {"python_asgi": run, "python_wsgi": lambda: of_wsgi(environ, None)}
