"""A FastAPI application behind Access: uvicorn fastapi_app:app"""

from __future__ import annotations

import os
from typing import Annotated

from cfaccess import Keys, Verifier
from cfaccess.asgi import AccessMiddleware
from cfaccess.fastapi import Caller, claims
from fastapi import FastAPI, Header, Request, WebSocket
from fastapi.responses import PlainTextResponse

app = FastAPI(default_response_class=PlainTextResponse)
app.add_middleware(
    AccessMiddleware,
    verifier=Verifier(
        team=os.environ["CFACCESS_TEAM"],
        audiences=[os.environ["CFACCESS_AUDIENCE"]],
        keys=Keys.remote(os.environ["CFACCESS_TEAM"]),
    ),
    open_paths=["GET /healthz"],
    login_page=os.environ.get("CFACCESS_LOGIN_PAGE"),
    check_origin=True,
)


@app.api_route("/", methods=["GET", "POST"])
async def hello(person: Caller) -> str:
    return f"hello, {person.email}"


@app.get("/legacy")
async def legacy(cf_access_authenticated_user_email: Annotated[str, Header()]) -> str:
    """Code that trusts the header is safe here: it is the verified e-mail."""
    return "hello, " + cf_access_authenticated_user_email


@app.get("/healthz")
async def health(request: Request) -> str:
    return "open" if claims(request) is None else "verified"


@app.websocket("/socket")
async def socket(websocket: WebSocket, person: Caller) -> None:
    await websocket.accept()
    await websocket.send_text(f"hello, {person.email}")
    await websocket.close()
