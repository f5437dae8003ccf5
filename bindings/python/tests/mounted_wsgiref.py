"""A WSGI application without a framework below a prefix, served by wsgiref. Its argument: a listening
socket."""

from __future__ import annotations

import socket
import sys
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer
from wsgiref.util import shift_path_info

from cfaccess.wsgi import AccessMiddleware
from mounted import ACCESS, PAGES


def site(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    name = PAGES.get(environ["PATH_INFO"] or "/")
    start_response("404 Not Found" if name is None else "200 OK", [("Content-Type", "text/plain")])
    return [(name or "").encode()]


guarded = AccessMiddleware(site, **ACCESS)


def below_a_prefix(environ: dict[str, Any], start_response: Any) -> Any:
    shift_path_info(environ)
    return guarded(environ, start_response)


server = WSGIServer(("127.0.0.1", 0), WSGIRequestHandler, bind_and_activate=False)
server.socket = socket.socket(fileno=int(sys.argv[1]))
server.server_name, server.server_port = "localhost", server.socket.getsockname()[1]
server.setup_environ()
server.set_app(below_a_prefix)
server.serve_forever()
