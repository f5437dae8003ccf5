"""A view of FastAPI behind fastapi-cloudflare-access-jwt."""

import os
import socket

import uvicorn
from cloudflare_access_jwt import CloudflareAccessJWT
from fastapi import Depends, FastAPI
from fastapi.responses import PlainTextResponse

app = FastAPI()
access = CloudflareAccessJWT(f"{os.environ['TEAM_URL']}/cdn-cgi/access/certs", os.environ["AUDIENCE"])


@app.get("/", response_class=PlainTextResponse)
def page(claims: dict = Depends(access)):  # noqa: B008
    return claims["email"]


listener = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))
print(listener.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="warning")).run([listener])
