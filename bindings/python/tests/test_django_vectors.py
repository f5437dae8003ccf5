"""The shared vectors of guards: the middleware of Django decides as every language does."""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import Any

import pytest
from test_guard_vectors import (
    CARRIED,
    JOINED_BY_THE_SERVER,
    Vector,
    answered,
    by_name,
    compare,
    environ_of,
    options,
    passed,
    scope_of,
    time_of_the_vectors,
)

pytest.importorskip("django", reason="the Python package django is missing")

from cfaccess.django import AccessMiddleware, claims
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from guarded_django import guarding

pytestmark = pytest.mark.usefixtures("django_project")

__all__ = ["time_of_the_vectors"]  # for each test


def view(request: Any) -> HttpResponse:
    return HttpResponse(request.META.get("HTTP_CF_ACCESS_AUTHENTICATED_USER_EMAIL", ""))


async def async_view(request: Any) -> HttpResponse:
    return view(request)


def decided(vector: Vector, request: Any) -> dict[str, Any]:
    """The decision on a request of WSGI, or of ASGI without waiting for it."""
    refusals: list[str] = []
    setting = {**options(vector["guard"]), "on_refusal": lambda _, error: refusals.append(error.status)}
    with guarding(**setting):
        if isinstance(request, ASGIRequest):
            response: Any = asyncio.run(AccessMiddleware(async_view)(request))  # type: ignore[arg-type]
        else:
            response = AccessMiddleware(view)(request)
    if refusals:
        headers = {name.lower(): value for name, value in response.items()}
        return answered(response.status_code, headers, response.content, refusals)
    email = response.content.decode().encode("latin-1")
    return passed(claims(request), [email] if email else [])


@pytest.mark.parametrize("vector", CARRIED, ids=by_name)
def test_asgi_request_has_its_decision(vector: Vector) -> None:
    scope = {"query_string": b"", **scope_of(vector["request"])}

    compare(vector, decided(vector, ASGIRequest(scope, BytesIO())))


@pytest.mark.parametrize(
    "vector", [vector for vector in CARRIED if vector["name"] not in JOINED_BY_THE_SERVER], ids=by_name
)
def test_wsgi_request_has_its_decision(vector: Vector) -> None:
    environ = {"wsgi.input": BytesIO(), **environ_of(vector["request"])}

    compare(vector, decided(vector, WSGIRequest(environ)))
