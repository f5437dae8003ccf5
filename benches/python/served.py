"""The applications of servers.py: each with and without the middleware."""

from __future__ import annotations

import os
from pathlib import Path

from cfaccess import Keys, Verifier, asgi, wsgi
from flask import Flask
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route


def verifier() -> Verifier:
    folder = Path(os.environ["BENCH_INPUTS"])
    keys = Keys.from_json((folder / "keys.json").read_bytes())
    team, audience = ((folder / name).read_text() for name in ("team", "audience"))
    return Verifier(team=team, audiences=[audience], keys=keys)


async def hello(_: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


starlette = Starlette(routes=[Route("/", hello)])
starlette_guarded = asgi.AccessMiddleware(starlette, verifier())

flask = Flask(__name__)
flask.add_url_rule("/", view_func=lambda: "hello")
flask_guarded = wsgi.AccessMiddleware(flask, verifier())
