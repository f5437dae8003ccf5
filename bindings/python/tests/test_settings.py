"""The setting `CFACCESS` of Flask and Django: nothing starts without a whole and right one."""

from __future__ import annotations

from typing import Any

import pytest
from cfaccess import AccessError, InvalidConfig, Keys, Verifier
from cfaccess._settings import guard_arguments
from support import AUDIENCE, fresh

GOOD = {"TEAM": "acme", "AUDIENCES": [AUDIENCE]}
Setting = Any


@pytest.fixture(params=["flask", "django"])
def start(request: pytest.FixtureRequest) -> Any:
    """Starts an application with this setting, or with none. `InvalidConfig` or `TypeError` if it cannot."""
    return request.getfixturevalue(f"start_{request.param}")


@pytest.fixture
def start_flask() -> Any:
    flask = pytest.importorskip("flask", reason="the Python package flask is missing")
    from cfaccess.flask import Access

    def start(*setting: Setting) -> None:
        app = flask.Flask(__name__)
        for value in setting:
            app.config["CFACCESS"] = value
        Access(app)

    return start


@pytest.fixture
def start_django(django_project: None) -> Any:
    from django.core.exceptions import ImproperlyConfigured
    from django.core.wsgi import get_wsgi_application
    from django.test import override_settings
    from django_project import GUARD

    def start(*setting: Setting) -> None:
        given = {"CFACCESS": setting[0]} if setting else {}
        with override_settings(MIDDLEWARE=[GUARD], **given):
            try:
                get_wsgi_application()
            except ImproperlyConfigured as error:
                raise error.__cause__ or error from None

    return start


WRONG: dict[str, Setting] = {
    "nothing": None,
    "empty": {},
    "no team": {"AUDIENCES": [AUDIENCE]},
    "no audiences": {"TEAM": "acme"},
    "no audience": {**GOOD, "AUDIENCES": []},
    "empty audience": {**GOOD, "AUDIENCES": [""]},
    "no team name": {**GOOD, "TEAM": ""},
    "team of another kind": {**GOOD, "TEAM": "https://example.com"},
    "small letters": {**GOOD, "open_paths": ["GET /"]},
    "unknown": {**GOOD, "OPEN_PATH": ["GET /"]},
    "unknown and no string": {**GOOD, 5: ["GET /"]},
    "application": {**GOOD, "APP": print},
    "open path without a method": {**GOOD, "OPEN_PATHS": ["/"]},
    "pattern of open paths": {**GOOD, "OPEN_PATHS": ["GET /*"]},
    "too much leeway": {**GOOD, "LEEWAY": 301},
    "no routes": {"ROUTES": {}},
}

WRONG_TYPE: dict[str, Setting] = {
    "a string": "acme",
    "pairs": list(GOOD.items()),
    "team not set in the environment": {**GOOD, "TEAM": None},
    "audience not set in the environment": {**GOOD, "AUDIENCES": [None]},
    "audience not a list": {**GOOD, "AUDIENCES": AUDIENCE},
    "open paths not a list": {**GOOD, "OPEN_PATHS": "GET /healthz"},
    "switch of the environment": {**GOOD, "CHECK_ORIGIN": "false"},
    "keys of another type": {**GOOD, "KEYS": "acme"},
    "verifier of another type": {"VERIFIER": "acme"},
    "revocations of another type": {**GOOD, "REVOCATIONS": "memory:"},
}


@pytest.mark.parametrize("setting", WRONG.values(), ids=WRONG)
def test_wrong_setting_starts_nothing(start: Any, setting: Setting) -> None:
    with pytest.raises(InvalidConfig):
        start(setting)


@pytest.mark.parametrize("setting", WRONG_TYPE.values(), ids=WRONG_TYPE)
def test_setting_of_a_wrong_type_starts_nothing(start: Any, setting: Setting) -> None:
    with pytest.raises(TypeError):
        start(setting)


def test_missing_setting_starts_nothing(start: Any) -> None:
    with pytest.raises(InvalidConfig, match="the setting CFACCESS is missing"):
        start()


def test_one_application_has_one_verifier(start: Any, verifier: Verifier) -> None:
    for others in ({"TEAM": "acme"}, {"AUDIENCES": [AUDIENCE]}, {"LEEWAY": 0}, {"ROUTES": {"/": verifier}}):
        with pytest.raises(InvalidConfig):
            start({"VERIFIER": verifier, **others})


def test_closed_verifier_starts_nothing(start: Any, verifier: Verifier) -> None:
    verifier.close()

    with pytest.raises(AccessError):
        start({"VERIFIER": verifier})


def test_every_right_setting_starts(start: Any, verifier: Verifier, keys: Keys) -> None:
    for setting in (
        GOOD,
        {**GOOD, "KEYS": keys, "MAX_AGE": 3600},
        {"VERIFIER": verifier, "CHECK_ORIGIN": True},
    ):
        start(setting)


def test_keys_are_those_of_the_team_or_those_that_are_given(keys: Keys) -> None:
    assert "acme" in repr(guard_arguments(GOOD)["verifier"])
    with pytest.raises(InvalidConfig, match="the keys are those of other"):
        guard_arguments({**GOOD, "KEYS": Keys.remote("other")})
    given = guard_arguments({**GOOD, "KEYS": keys})["verifier"]
    assert given.verify(fresh()).email == "user@example.com"
