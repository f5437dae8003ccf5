"""How programs in other languages drive an endpoint: plain HTTP on loopback.

`PUT /behaviour` takes an object with the fields of `Behaviour`. `GET /requests` and `GET /connections` tell
what came, as lists. `GET /token?key=acme-1` is a token that is valid for an hour.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from . import minting
from .behaviour import Behaviour
from .server import Endpoint


class Control(ThreadingHTTPServer):
    """Serves until the process ends."""

    daemon_threads = True

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.endpoint = endpoint
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Control

    def do_PUT(self) -> None:
        text = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        try:
            if self.path != "/behaviour":
                raise LookupError(self.path)
            self.server.endpoint.behaviour = Behaviour.of_json(json.loads(text))
        except (ValueError, TypeError, LookupError) as error:
            self._say(400, f"{error}\n")
        else:
            self._say(204, "")

    def do_GET(self) -> None:
        endpoint = self.server.endpoint
        url = urlsplit(self.path)
        if url.path == "/requests":
            self._say(200, json.dumps([asdict(request) for request in endpoint.requests]))
        elif url.path == "/connections":
            self._say(200, json.dumps(endpoint.connections))
        elif url.path == "/token":
            self._say(200, minting.token(parse_qs(url.query).get("key", ["acme-1"])[0]))
        else:
            self._say(404, f"{self.path}\n")

    def log_message(self, *_: object) -> None:
        """Nothing is logged: the output is one line of JSON."""

    def _say(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
