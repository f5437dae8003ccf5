"""The extension for Flask."""

from __future__ import annotations

from typing import Any

import pytest
from cfaccess import Verifier
from support import fresh

pytest.importorskip("flask", reason="the Python package flask is missing")

from cfaccess.flask import Access, caller, claims
from flask import Flask, request

access = Access()


def create_app(verifier: Verifier, **options: Any) -> Flask:
    app = Flask(__name__)
    app.config["CFACCESS"] = {"VERIFIER": verifier, "OPEN_PATHS": ["GET /healthz"], **options}
    access.init_app(app)

    @app.get("/")
    def hello() -> str:
        return f"hello, {caller(request).email} {request.headers['Cf-Access-Authenticated-User-Email']}"

    @app.get("/healthz")
    def health() -> str:
        return "open" if claims(request) is None else "verified"

    @app.errorhandler(404)
    def missing(_: object) -> tuple[str, int]:
        return f"nothing here for {caller(request).email}", 404

    return app


def test_views_see_verified_requests_only(verifier: Verifier) -> None:
    client = create_app(verifier).test_client()
    token = {"Cf-Access-Jwt-Assertion": fresh()}

    assert client.get("/", headers=token).text == "hello, user@example.com user@example.com"
    assert client.get("/absent", headers=token).text == "nothing here for user@example.com"
    assert client.get("/healthz").text == "open"
    for path in ("/", "/absent", "/healthz/"):
        refused = client.get(path)
        assert (refused.status_code, refused.json) == (
            401,
            {"status": "NO_TOKEN", "message": "the request carries no token"},
        )


def test_one_extension_guards_many_applications(verifier: Verifier) -> None:
    first, second = create_app(verifier), create_app(verifier, OPEN_PATHS=["GET /"])

    assert first.extensions["cfaccess"] is second.extensions["cfaccess"] is access
    assert first.test_client().get("/").status_code == 401
    assert second.test_client().get("/healthz").status_code == 401


def test_request_that_did_not_come_through_the_guard_has_no_caller(verifier: Verifier) -> None:
    with create_app(verifier).test_request_context("/"), pytest.raises(LookupError):
        caller(request)
