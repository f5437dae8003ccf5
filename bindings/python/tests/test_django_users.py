"""Users of Django: made or found by the principal of the claims, and by nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from cfaccess import Keys, Verifier
from guarded import fresh_service
from support import CLIENT_ID, ISSUER, fresh, new_verifier

pytest.importorskip("django", reason="the Python package django is missing")

import django
from django.core.exceptions import ImproperlyConfigured
from django.test import AsyncClient, Client, RequestFactory, override_settings
from django_project import USERS
from guarded_django import guarding, page

HOST = ISSUER.removeprefix("https://")
ADA, EVE = "7335d417-61da-459d-899c-0a01c76a2f94", "ca639bb9-26ab-42e5-b9bf-3aea27b331fd"
ADA_ID, EVE_ID = f"{HOST}/person/{ADA}", f"{HOST}/person/{EVE}"


def users() -> Any:
    from django.contrib.auth.models import User

    return User.objects


@pytest.fixture(autouse=True)
def nobody_is_known(django_project: None) -> None:
    users().all().delete()


@pytest.fixture(params=[Client, AsyncClient])
def client(request: pytest.FixtureRequest) -> Any:
    return request.param()


@pytest.fixture(autouse=True)
def settings(django_project: None, keys: Keys) -> Iterator[None]:
    verifier = new_verifier(keys, allow_services=[CLIENT_ID])
    with guarding(*USERS, verifier=verifier, open_paths=["GET /healthz"]):
        yield


def user_of(client: Any, path: str, token: str | None = None, **headers: str) -> str:
    """The name of the user that a view sees; empty for nobody."""
    name: str = page(client, path, token, **headers).json()["user"]
    return name


@pytest.mark.parametrize("path", ["/", "/async"])
def test_person_becomes_a_user_once(client: Any, path: str) -> None:
    assert [user_of(client, path, fresh()) for _ in range(2)] == [ADA_ID, ADA_ID]

    user = users().get()
    assert (user.username, user.email) == (ADA_ID, "user@example.com")
    assert (user.has_usable_password(), user.is_staff, user.is_superuser) == (False, False, False)


def test_service_becomes_a_user(client: Any) -> None:
    assert user_of(client, "/", fresh_service()) == f"{HOST}/service/{CLIENT_ID}"
    assert users().get().email == ""


def test_user_is_found_by_the_principal_and_gets_the_verified_email(client: Any) -> None:
    users().create(username=ADA_ID, email="old@example.com", first_name="Ada")
    users().create(username="user@example.com", email="user@example.com")

    assert user_of(client, "/", fresh()) == ADA_ID

    assert users().count() == 2
    ada = users().get(username=ADA_ID)
    assert (ada.first_name, ada.email) == ("Ada", "user@example.com")


def test_session_of_one_person_is_not_the_session_of_another(client: Any) -> None:
    assert user_of(client, "/", fresh()) == ADA_ID
    assert user_of(client, "/", fresh(sub=EVE)) == EVE_ID
    assert user_of(client, "/", fresh()) == ADA_ID


def test_session_without_a_token_is_nobodys(client: Any) -> None:
    assert user_of(client, "/", fresh()) == ADA_ID

    assert page(client, "/").status_code == 401
    assert user_of(client, "/healthz") == ""
    assert user_of(client, "/healthz", Remote_User=ADA_ID) == ""


def test_user_who_is_not_active_is_nobody(client: Any) -> None:
    users().create(username=ADA_ID, is_active=False)

    assert user_of(client, "/", fresh()) == ""


def test_header_does_not_choose_the_user(client: Any) -> None:
    assert user_of(client, "/", fresh(), Remote_User=EVE_ID) == ADA_ID
    assert [user.username for user in users().all()] == [ADA_ID]


def authenticate(backend: Any, request: Any, remote_user: str) -> list[Any]:
    """Both ways, as names."""
    answers = [backend.authenticate(request, remote_user=remote_user)]
    if django.VERSION >= (5, 2):
        answers.append(asyncio.run(backend.aauthenticate(request, remote_user=remote_user)))
    return [user and user.get_username() for user in answers]


@pytest.fixture
def ada(verifier: Verifier) -> Any:
    """Her request, as it is behind the guard."""
    return RequestFactory().get("/", **{"cfaccess.claims": verifier.verify(fresh())})


def test_remote_user_is_not_believed_without_the_claims(ada: Any) -> None:
    unguarded = RequestFactory().get("/", REMOTE_USER=ADA_ID, HTTP_REMOTE_USER=ADA_ID)
    opened = RequestFactory().get("/", **{"cfaccess.claims": None})
    backend = auth().AccessBackend()

    for request, name in [(unguarded, ADA_ID), (None, ADA_ID), (opened, ADA_ID), (ada, EVE_ID), (ada, "")]:
        assert set(authenticate(backend, request, name)) == {None}
    assert users().count() == 0
    assert set(authenticate(backend, ada, ADA_ID)) == {ADA_ID}


def test_user_whom_a_database_takes_for_the_same_is_another(ada: Any) -> None:
    """Some compare names without regard to case."""
    upper = users().create(username=ADA_ID.upper(), email="other@example.com")

    assert auth().AccessBackend().configure_user(ada, upper, created=False) is None
    assert users().get().email == "other@example.com"


def test_principal_that_is_too_long_for_a_name_is_not_cut(client: Any) -> None:
    with pytest.raises(ImproperlyConfigured, match="at most 150 characters"):
        page(client, "/", fresh(sub="a" * 150))
    assert users().count() == 0


def test_only_known_users_if_a_subclass_says_so(client: Any) -> None:
    with override_settings(AUTHENTICATION_BACKENDS=["django_backends.Known"]):
        assert user_of(client, "/", fresh()) == ""
        users().create(username=ADA_ID)
        assert user_of(client, "/", fresh()) == ADA_ID
    assert users().count() == 1


def test_names_that_forms_of_the_admin_accept(client: Any) -> None:
    """They accept no slash."""
    from django.contrib.auth.forms import UserChangeForm

    def faults(user: Any) -> Any:
        form = UserChangeForm(instance=user)
        return UserChangeForm({**form.initial, "date_joined": user.date_joined}, instance=user).errors

    with override_settings(AUTHENTICATION_BACKENDS=["django_backends.Plain"]):
        assert [user_of(client, "/", fresh()) for _ in range(2)] == [ADA_ID.replace("/", "+")] * 2
    assert faults(users().get()) == {}
    assert set(faults(users().create(username=ADA_ID))) == {"username"}


def test_email_that_is_the_name_is_left_alone(ada: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.contrib.auth.models import User

    monkeypatch.setattr(User, "EMAIL_FIELD", "username")

    assert set(authenticate(auth().AccessBackend(), ada, ADA_ID)) == {ADA_ID}


def auth() -> Any:
    """Can be imported when the project is set up."""
    from cfaccess.django import auth

    return auth
