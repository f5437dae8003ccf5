"""What is of Django's middleware alone: its modes, its paths, and what a request has that it let through."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from cfaccess import Keys, NoToken, Revocations, Verifier, _guard
from cfaccess._decisions import Refused
from fetched import Source
from guarded import ASSERTION, Ask
from support import AUDIENCE, fresh, new_verifier

pytest.importorskip("django", reason="the Python package django is missing")

from asgiref.sync import iscoroutinefunction
from cfaccess.django import AccessMiddleware, caller
from django.test import AsyncClient, AsyncRequestFactory, Client, override_settings
from django_project import GUARD
from guarded_django import ask_django_asgi, ask_django_wsgi, guarding, page

pytestmark = pytest.mark.usefixtures("django_project")


@pytest.fixture(params=[ask_django_wsgi, ask_django_asgi], ids=["wsgi", "asgi"])
def ask(request: pytest.FixtureRequest) -> Ask:
    asked: Ask = request.param
    return asked


async def view(request: Any) -> Any:
    return caller(request).email


def test_middleware_is_of_the_kind_of_what_it_calls(verifier: Verifier) -> None:
    with guarding(verifier=verifier):
        assert iscoroutinefunction(AccessMiddleware(view))
        assert not iscoroutinefunction(AccessMiddleware(lambda _: None))


def test_loop_runs_on_while_keys_are_fetched() -> None:
    source = Source("acme-1")
    request = AsyncRequestFactory().get("/", headers={ASSERTION: fresh()})

    async def main() -> Any:
        with guarding(verifier=new_verifier(source.keys(timeout=20))):
            guarded: Any = AccessMiddleware(view)
        with source.held():
            answering = asyncio.create_task(guarded(request))
            await asyncio.sleep(0.2)
            assert not answering.done()
        return await answering

    assert asyncio.run(main()) == "user@example.com"
    assert source.fetches == 1


def test_principal_is_the_remote_user_whatever_was_sent(ask: Ask, verifier: Verifier) -> None:
    sent = [("Remote-User", "root")]

    def told(**options: Any) -> list[Any]:
        seen = json.loads(ask(verifier=verifier, **options).body)
        return [seen["remote_user"], seen["remote_user_header"]]

    principal = verifier.verify(fresh()).principal_id
    assert told(headers=[(ASSERTION, fresh()), *sent]) == [principal, principal]
    assert told(headers=sent, open_paths=["GET /"]) == [None, None]


@pytest.mark.parametrize("client", [Client, AsyncClient])
def test_headers_that_were_read_before_the_guard_are_read_again(client: Any, verifier: Verifier) -> None:
    """The middleware before it has no asynchronous form, so that Django runs both in a thread."""
    with (
        guarding(verifier=verifier),
        override_settings(MIDDLEWARE=["django_project.outside", GUARD]),
    ):
        response = page(
            client(), "/", fresh(), Cf_Access_Authenticated_User_Email="USER@example.com", Remote_User="root"
        )

    assert response.json()["emails"] == ["user@example.com"]
    assert response.json()["remote_user_header"] != "root"


@pytest.mark.parametrize("token", [True, False])
@pytest.mark.parametrize("client", [Client, AsyncClient])
def test_asynchronous_view_is_guarded(client: Any, verifier: Verifier, token: bool) -> None:
    with guarding(verifier=verifier):
        response = page(client(), "/async", fresh() if token else None)

    assert response.status_code == (200 if token else 401)


@pytest.mark.parametrize("client", [Client, AsyncClient])
def test_cookie_of_a_revoked_token_expires(client: Any, keys: Keys) -> None:
    revocations = Revocations.open("memory:", team="acme")
    with guarding(team="acme", audiences=[AUDIENCE], keys=keys, revocations=revocations):
        assert page(client(), "/", fresh()).status_code == 200
        revocations.revoke(application=AUDIENCE)
        response = page(client(), "/", fresh())

    assert (response.status_code, response.json()["status"]) == (401, "REVOKED")
    assert response.cookies["CF_Authorization"].OutputString().startswith("CF_Authorization=;")
    assert response.cookies["CF_Authorization"]["max-age"] == "0"


@pytest.mark.parametrize("client", [Client, AsyncClient])
def test_every_cookie_of_an_answer_is_set(
    client: Any, verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookies = [b"a=1; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax", b"b=; Path=/; Max-Age=0; Secure"]
    headers = [(b"Vary", b"Accept"), *((b"Set-Cookie", cookie) for cookie in cookies)]
    monkeypatch.setattr(_guard, "decide", lambda *_: Refused(NoToken("none"), 401, headers, b"", None))

    with guarding(verifier=verifier):
        response = page(client(), "/")

    assert response.headers["Vary"] == "Accept"
    assert [cookie.OutputString().split("; ") for cookie in response.cookies.values()] == [
        ["a=1", "HttpOnly", "Max-Age=60", "Path=/", "SameSite=Lax", "Secure"],
        ["b=", "Max-Age=0", "Path=/", "Secure"],
    ]


USER, ADMIN = "a" * 64, "b" * 64


@pytest.fixture
def routes(keys: Keys) -> dict[str, Verifier]:
    return {"/": new_verifier(keys, audiences=[USER]), "/admin": new_verifier(keys, audiences=[ADMIN])}


def who_may(client: Any, path: str) -> list[int]:
    """The statuses for a user, an admin, and nobody."""
    tokens = [fresh(aud=USER), fresh(aud=ADMIN), None]
    return [page(client(), path, token).status_code for token in tokens]


@pytest.mark.parametrize("path", ["/forced/admin", "/forced/", "/admin", "/"])
@pytest.mark.parametrize("client", [Client, AsyncClient])
def test_path_is_the_one_on_which_django_routes(client: Any, routes: dict[str, Verifier], path: str) -> None:
    """Versions and protocols differ in whether they take the script name of the settings off it."""
    with guarding(routes=routes), override_settings(FORCE_SCRIPT_NAME="/forced"):
        statuses = who_may(client, path)
        routed = next(
            response.json()["path"]
            for response in [page(client(), path, fresh(aud=aud)) for aud in (USER, ADMIN)]
            if response.status_code == 200
        )

    assert statuses == ([401, 200, 401] if routed == "/admin" else [200, 401, 401])


@pytest.mark.parametrize("client", [Client, AsyncClient])
def test_path_that_a_middleware_has_changed_is_the_one_that_counts(
    client: Any, routes: dict[str, Verifier]
) -> None:
    with (
        guarding(routes=routes, open_paths=["GET /healthz"]),
        override_settings(MIDDLEWARE=["django_project.without_tenant", GUARD]),
    ):
        assert who_may(client, "/tenant/admin") == [401, 200, 401]
        assert who_may(client, "/tenant/healthz") == [200, 200, 200]
        assert who_may(client, "/tenant/x") == [200, 401, 401]


def test_path_outside_of_ascii_selects_its_route(ask: Ask, keys: Keys) -> None:
    routes = {"/": new_verifier(keys, audiences=[USER]), "/bücher": new_verifier(keys, audiences=[ADMIN])}

    def statuses(path: str) -> list[int]:
        return [
            ask(path, headers=[(ASSERTION, fresh(aud=aud))], routes=routes).status for aud in (USER, ADMIN)
        ]

    assert statuses("/b%C3%BCcher/1") == [401, 200]
    assert statuses("/b%FCcher/1") == [403, 403]
