"""A Flask application behind Access: gunicorn flask_app:app"""

from __future__ import annotations

import os

from cfaccess import Keys, Verifier
from cfaccess.wsgi import AccessMiddleware, caller, claims
from flask import Flask, request

app = Flask(__name__)
app.wsgi_app = AccessMiddleware(  # type: ignore[method-assign]
    app.wsgi_app,
    Verifier(
        team=os.environ["ACCESS_TEAM"],
        audiences=[os.environ["ACCESS_AUDIENCE"]],
        keys=Keys.remote(os.environ["ACCESS_TEAM"]),
    ),
    open_paths=["GET /healthz"],
    login_page=os.environ.get("ACCESS_LOGIN_PAGE"),
    check_origin=True,
)


@app.route("/", methods=["GET", "POST"])
def hello() -> str:
    return f"hello, {caller(request).email}"


@app.get("/legacy")
def legacy() -> str:
    """Code that trusts the header is safe here: it is the verified e-mail."""
    return "hello, " + request.headers["Cf-Access-Authenticated-User-Email"]


@app.get("/healthz")
def health() -> str:
    return "open" if claims(request) is None else "verified"
