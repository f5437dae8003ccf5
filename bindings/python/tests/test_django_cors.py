"""The order of the README with django-cors-headers, the guard outside and CORS inside, and the other one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from cfaccess import Verifier
from guarded import ASSERTION
from support import fresh

pytest.importorskip("corsheaders", reason="the Python package django-cors-headers is missing")

from django.test import AsyncClient, Client, override_settings
from django_project import GUARD
from guarded_django import guarding

PAGE = "https://page.example"
CORS = "corsheaders.middleware.CorsMiddleware"
PREFLIGHT = {"Access-Control-Request-Method": "PUT"}


@pytest.fixture(autouse=True)
def settings(django_project: None) -> Iterator[None]:
    with override_settings(CORS_ALLOWED_ORIGINS=[PAGE]):
        yield


@pytest.fixture(params=[Client, AsyncClient])
def client(request: pytest.FixtureRequest) -> Any:
    return request.param()


def answer(client: Any, method: str, **headers: str) -> tuple[int, str | None]:
    """The status, and the origin that may read the answer."""
    response = client.generic(method, "/", headers={"Origin": PAGE, **headers})
    if asyncio.iscoroutine(response):
        response = asyncio.run(response)
    return response.status_code, response.headers.get("Access-Control-Allow-Origin")


def test_guard_outside_lets_preflight_requests_through_and_refuses_without_cors(
    client: Any, verifier: Verifier
) -> None:
    with guarding(CORS, verifier=verifier, allow_preflight=True):
        assert answer(client, "OPTIONS", **PREFLIGHT) == (200, PAGE)
        assert answer(client, "PUT", **{ASSERTION: fresh()}) == (200, PAGE)
        assert answer(client, "PUT") == (401, None)
        assert answer(client, "OPTIONS") == (401, None)


def test_guard_outside_refuses_preflight_requests_by_default(client: Any, verifier: Verifier) -> None:
    with guarding(CORS, verifier=verifier):
        assert answer(client, "OPTIONS", **PREFLIGHT) == (401, None)


def test_cors_outside_answers_preflight_requests_and_lets_pages_read_refusals(
    client: Any, verifier: Verifier
) -> None:
    with guarding(verifier=verifier), override_settings(MIDDLEWARE=[CORS, GUARD]):
        assert answer(client, "OPTIONS", **PREFLIGHT) == (200, PAGE)
        assert answer(client, "PUT", **{ASSERTION: fresh()}) == (200, PAGE)
        assert answer(client, "PUT") == (401, PAGE)
        assert answer(client, "OPTIONS") == (401, PAGE)
