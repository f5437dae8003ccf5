"""An ASGI application that runs in every event loop, with keys that are fetched."""

from __future__ import annotations

import os
from typing import Any

from cfaccess import Keys, Verifier
from cfaccess.asgi import AccessMiddleware, claims

team = os.environ["CFACCESS_TEAM"]
keys = Keys.remote(team, cooldown=1, timeout=10)
verifier = Verifier(team=team, audiences=[os.environ["CFACCESS_AUDIENCE"]], keys=keys)


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answers who is calling."""
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    caller = claims(scope)
    body = ("nobody" if caller is None else caller.email or "").encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


app = AccessMiddleware(application, verifier, open_paths=["GET /healthz"])
