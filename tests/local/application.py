"""The application under development in Python: answers with what the library says of the request."""

from __future__ import annotations

import json
import os
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cfaccess import AccessError, Keys, Verifier


class Application:
    def __init__(self) -> None:
        self.keys = Keys.remote("cfaccess-local", timeout=1, refresh_after=1, cooldown=1)
        self.verifier = Verifier(team="cfaccess-local", audiences=[os.environ["AUDIENCE"]], keys=self.keys)

    def answer(self, headers: list[tuple[str, str]]) -> dict[str, object]:
        status = "OK"
        try:
            self.verifier.verify_request(headers)
        except AccessError as error:
            status = error.status
        return {"status": status, "failures": self.keys.status()["failures"]}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    kept: Application

    def do_GET(self) -> None:
        with ExitStack() as stack:
            application = self.kept
            if self.path == "/fresh":  # as after a start of the application
                application = Application()
                stack.enter_context(application.keys)
                stack.enter_context(application.verifier)
            content = json.dumps(application.answer(self.headers.items())).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 200


if __name__ == "__main__":
    Handler.kept = Application()
    server = Server(("127.0.0.1", int(os.environ["PORT"])), Handler)
    print("ready", flush=True)
    server.serve_forever()
