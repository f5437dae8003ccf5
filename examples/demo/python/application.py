"""An application that greets who is calling. It is told its team and audience as in production:

cfaccess local --upstream http://127.0.0.1:8000 -- python3 application.py 8000
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from cfaccess import Keys, Verifier
from cfaccess.wsgi import AccessMiddleware, caller


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    return [f"hello, {caller(environ).email}".encode()]


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def main() -> None:
    team = os.environ["CFACCESS_TEAM"]
    # Keys are fetched again for a new key after a second, not after half a minute: the demo is short.
    keys = Keys.remote(team, cooldown=1)
    verifier = Verifier(team=team, audiences=[os.environ["CFACCESS_AUDIENCE"]], keys=keys)
    guarded = AccessMiddleware(application, verifier)
    with make_server("127.0.0.1", int(sys.argv[1]), guarded, handler_class=Quiet) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
