"""A Flask application behind Access: gunicorn flask_app:app"""

from __future__ import annotations

import os

from cfaccess.flask import Access, caller, claims
from flask import Flask, request

app = Flask(__name__)
app.config["CFACCESS"] = {
    "TEAM": os.environ["CFACCESS_TEAM"],
    "AUDIENCES": [os.environ["CFACCESS_AUDIENCE"]],
    "OPEN_PATHS": ["GET /healthz"],
    "LOGIN_PAGE": os.environ.get("CFACCESS_LOGIN_PAGE"),
    "CHECK_ORIGIN": True,
}
Access(app)


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
