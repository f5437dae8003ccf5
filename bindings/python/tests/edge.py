"""A stand-in for the edge of Access, in front of an application that listens on the loopback."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from support import fresh

LOGOUT = "/cdn-cgi/access/logout"
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Edge:
    """What a browser meets: a login that lasts, and tokens that are issued from it without asking.

    - `logout_returns`: logging out ends nothing and leads back to the application.
    """

    def __init__(self, application: Application, logout_returns: bool = False) -> None:
        self.requests: list[str] = []
        """Every request, as `GET /page`."""
        self.session: str | None = None
        """The nonce of the login; `None` after a logout."""
        self._application = application
        self._logout_returns = logout_returns
        self._issued: set[str] = set()
        self.log_in()

    def log_in(self) -> None:
        self.session = secrets.token_urlsafe(12)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/favicon.ico":  # which Chromium asks for whenever it likes
            return _page(start_response, "")
        self.requests.append(f"{environ['REQUEST_METHOD']} {path}")
        if path == LOGOUT:
            return self._log_out(start_response)
        token = _cookie(environ)
        if token in self._issued:
            environ["HTTP_CF_ACCESS_JWT_ASSERTION"] = token
            return self._application(environ, start_response)
        if self.session is None:
            return _page(start_response, "log in")
        now = int(time.time())
        token = fresh(iat=now, nbf=now, identity_nonce=self.session)
        self._issued.add(token)
        return _redirect(start_response, path, f"CF_Authorization={token}; Path=/; Secure; HttpOnly")

    def _log_out(self, start_response: Any) -> Iterable[bytes]:
        if self._logout_returns:
            return _redirect(start_response, "/", "CF_Authorization=; Path=/; Max-Age=0")
        self.session = None
        self._issued.clear()
        return _page(start_response, "logged out")


def _cookie(environ: dict[str, Any]) -> str:
    cookies = SimpleCookie(environ.get("HTTP_COOKIE", ""))
    return cookies["CF_Authorization"].value if "CF_Authorization" in cookies else ""


def _page(start_response: Any, text: str) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [text.encode()]


def _redirect(start_response: Any, place: str, cookie: str) -> Iterable[bytes]:
    start_response("302 Found", [("Location", place), ("Set-Cookie", cookie)])
    return []


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Handler(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def listening(edge: Edge) -> Iterator[str]:
    """Where a browser finds it. `localhost`, where Chromium accepts cookies with `Secure` without TLS."""
    with make_server("127.0.0.1", 0, edge, _Server, _Handler) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()
