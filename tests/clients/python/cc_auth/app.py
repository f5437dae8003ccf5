"""A view of Starlette behind the middleware of cc-auth."""

import os
import socket

import uvicorn
from cc_auth import CloudflareAuth
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route


async def page(request):
    return PlainTextResponse(request.state.user.email)


app = Starlette(routes=[Route("/", page)])
app.add_middleware(CloudflareAuth(os.environ["TEAM_HOST"]).middleware())

listener = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))
print(listener.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="warning")).run([listener])
