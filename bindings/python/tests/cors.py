"""What the APIs of the tests for CORS have in common: a page of another origin calls them."""

from __future__ import annotations

import json
import os
from typing import Any

from cfaccess import Keys, Verifier

PAGE_ORIGIN = os.environ["PAGE_ORIGIN"]
"""The page that may call."""


def access() -> dict[str, Any]:
    """The options of the middleware."""
    team = os.environ["CFACCESS_TEAM"]
    audiences, keys = [os.environ["CFACCESS_AUDIENCE"]], Keys.remote(team)
    return {
        "verifier": Verifier(team=team, audiences=audiences, keys=keys, accept_cookie=True),
        "allow_preflight": os.environ["ALLOW_PREFLIGHT"] == "yes",
    }


class Watched:
    """Outside of everything, notes each request to `/greeting`: its method, whether it had a cookie, and its
    status. `/seen` answers what was noted since it was last asked."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._seen: list[list[Any]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"] == "/seen":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": json.dumps(self._seen).encode()})
            self._seen.clear()
        else:
            await self._note(scope, receive, send)

    async def _note(self, scope: Any, receive: Any, send: Any) -> None:
        has_cookie = any(name == b"cookie" for name, _ in scope["headers"])

        async def noted(message: Any) -> None:
            if message["type"] == "http.response.start" and scope["path"] == "/greeting":
                self._seen.append([scope["method"], has_cookie, message["status"]])
            await send(message)

        await self._app(scope, receive, noted)
