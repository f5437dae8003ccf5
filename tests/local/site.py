"""A small site behind the local Access, which says who it was told is calling."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any, Callable
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

FILES = Path(__file__).with_name("site")
HTML, JSON, SCRIPT = "text/html; charset=utf-8", "application/json", "text/javascript"


class Site:
    """- `/data`: JSON, `{"email": …}`, which scripts of other origins may read.
    - `/cacheable`: a page that a browser may keep; all else is sent with `no-store`.
    - `/shell`, `/worker.js`, `/sign-in`: a single-page application, its service worker, a way to it.
    - `/frame?ADDRESS`: a page with a frame.
    - any other path: a page.
    """

    def __init__(self) -> None:
        self.address = ""
        """Host and port."""
        self.seen: list[tuple[str, str]] = []
        """Path and e-mail address of each request."""
        self.application: Callable[..., Iterable[bytes]] = self.answer
        """What the requests go to, which may be a middleware around `answer`."""

    def answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        email = environ.get("HTTP_CF_ACCESS_AUTHENTICATED_USER_EMAIL", "nobody")
        self.seen.append((path, email))
        if path == "/sign-in":
            start_response("302 Found", [("Location", "/app")])
            return []
        caching = "private, max-age=600" if path == "/cacheable" else "no-store"
        kind, body = content(path, environ["QUERY_STRING"], email)
        headers = [("Content-Type", kind), ("Cache-Control", caching)]
        if path == "/data" and "HTTP_ORIGIN" in environ:
            headers += [
                ("Access-Control-Allow-Origin", environ["HTTP_ORIGIN"]),
                ("Access-Control-Allow-Credentials", "true"),
            ]
        start_response("200 OK", headers)
        return [body.encode()]


def content(path: str, query: str, email: str) -> tuple[str, str]:
    if path == "/data":
        return JSON, json.dumps({"email": email})
    if path == "/worker.js":
        return SCRIPT, (FILES / "worker.js").read_text()
    if path == "/shell":
        return HTML, (FILES / "shell.html").read_text()
    page = (FILES / "page.html").read_text().format(email=escape(email))
    return HTML, f'{page}<iframe src="{query}"></iframe>' if path == "/frame" else page


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Handler(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def running_site() -> Iterator[Site]:
    site = Site()

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return site.application(environ, start_response)

    with make_server("127.0.0.1", 0, application, _Server, _Handler) as server:
        site.address = f"127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield site
        finally:
            server.shutdown()
