"""A view of FastAPI with the check that hermes-cloudflare-access makes at a login to Hermes."""

import os
import socket

import uvicorn
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import PlainTextResponse
from hermes_cloudflare_access import verify_access_jwt
from hermes_cloudflare_access.router import _extract_jwt

app = FastAPI()


@app.get("/", response_class=PlainTextResponse)
def page(request: Request):
    token = _extract_jwt(request)
    try:
        claims = verify_access_jwt(
            token, team=os.environ["TEAM_HOST"].split(".")[0], aud=os.environ["AUDIENCE"]
        )
    except Exception as error:
        raise HTTPException(401) from error
    return claims["email"]


listener = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))
print(listener.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="warning")).run([listener])
