"""Views of Django under its test client, which goes past the middleware in wsgi.py and asgi.py."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cfaccess import Claims, Verifier

pytest.importorskip("django", reason="the Python package django is missing")

from cfaccess.wsgi import claims
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client, RequestFactory, override_settings
from django.urls import path


def view(request: HttpRequest) -> HttpResponse:
    caller = claims(request)
    return HttpResponse("nobody" if caller is None else caller.email)


async def async_view(request: HttpRequest) -> HttpResponse:
    return view(request)


urlpatterns = [path("", view), path("async", async_view)]


@pytest.fixture(autouse=True)
def views(django_project: None) -> Iterator[None]:
    with override_settings(ROOT_URLCONF=__name__):
        yield


@pytest.fixture
def caller(verifier: Verifier, token: str, now: int) -> Claims:
    return verifier.verify(token, now=now)


def test_claims_are_handed_to_the_client(caller: Claims) -> None:
    client = Client(**{"cfaccess.claims": caller})

    assert client.get("/").content == b"user@example.com"


def test_claims_of_one_request(caller: Claims) -> None:
    client = Client()

    assert client.get("/", **{"cfaccess.claims": caller}).content == b"user@example.com"
    assert client.get("/", **{"cfaccess.claims": None}).content == b"nobody"


def test_without_claims_the_view_cannot_be_tested_by_mistake() -> None:
    with pytest.raises(LookupError, match="did not come through AccessMiddleware"):
        Client().get("/")


def known_caller(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A middleware for tests."""

    def middleware(request: Any) -> Any:
        request.scope["cfaccess"] = CALLERS[-1]
        return get_response(request)

    return middleware


CALLERS: list[Claims] = []


def test_claims_are_handed_to_views_under_asgi_by_a_middleware(caller: Claims) -> None:
    CALLERS.append(caller)

    async def main() -> Any:
        return await AsyncClient().get("/async")

    with override_settings(MIDDLEWARE=[f"{__name__}.known_caller"]):
        assert asyncio.run(main()).content == b"user@example.com"


def test_request_of_django_has_headers_to_verify(verifier: Verifier, token: str, now: int) -> None:
    request = RequestFactory().get("/", headers={"Cf-Access-Jwt-Assertion": token})

    assert verifier.verify_request(request, now=now).email == "user@example.com"
