"""The programs of docs/frameworks.md run as they are printed there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import cfaccess
import pytest
from cfaccess import Verifier
from endpoint import Endpoint
from servers import GUNICORN, UVICORN, Server, serving
from support import REPOSITORY, fresh

PAGE = (REPOSITORY / "docs" / "frameworks.md").read_text("utf-8")


def programs(heading: str) -> list[str]:
    """Those of a section."""
    (section,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    return re.findall(r"```python\n(.*?)```", section, re.DOTALL)


# The rest of a project, such as `startproject` makes it.
PROJECT = """
ALLOWED_HOSTS = ["127.0.0.1"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db"}}
INSTALLED_APPS = [f"django.contrib.{name}" for name in ("auth", "contenttypes", "sessions")]
ROOT_URLCONF = "urls"
SECRET_KEY = "x" * 50
USE_TZ = True
"""


def write_program(folder: Path, heading: str) -> None:
    (program,) = programs(heading)
    (folder / "app.py").write_text(program)


def write_project(folder: Path, heading: str) -> None:
    settings, urls, _ = programs(heading)
    (folder / "settings.py").write_text(PROJECT + settings)
    (folder / "urls.py").write_text(urls)
    for protocol in ("wsgi", "asgi"):
        imported = f"from django.core.{protocol} import get_{protocol}_application as application"
        (folder / f"{protocol}.py").write_text(f"{imported}\n\napplication = application()\n")
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--verbosity=0"],
        cwd=folder,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "settings",
            "PYTHONPATH": os.pathsep.join([str(folder), str(Path(cfaccess.__file__).parents[1])]),
        },
        check=True,
    )


class Setup(NamedTuple):
    """A section of the page, and a server for its program."""

    heading: str
    command: list[str]
    application: str = "app:app"
    write: Callable[[Path, str], None] = write_program


SETUPS = [
    Setup("Flask", GUNICORN),
    Setup("Django", GUNICORN, "wsgi:application", write_project),
    Setup("Django", UVICORN, "asgi:application", write_project),
    Setup("FastAPI", UVICORN),
    Setup("Starlette", UVICORN),
    Setup("aiohttp", [*GUNICORN, "--worker-class=aiohttp.GunicornWebWorker"]),
]


class Running(NamedTuple):
    setup: Setup
    server: Server


@pytest.fixture(scope="module", params=SETUPS, ids=lambda setup: f"{setup.heading}-{setup.command[0]}")
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    setup: Setup = request.param
    for needed in (setup.heading.lower(), setup.command[0]):
        pytest.importorskip(needed, reason=f"the Python package {needed} is missing")
    folder = tmp_path_factory.mktemp("program")
    setup.write(folder, setup.heading)
    variable = {"DJANGO_SETTINGS_MODULE": "settings"} if setup.heading == "Django" else {}
    with (
        Endpoint() as endpoint,
        serving(setup.command, setup.application, folder, endpoint, **variable) as server,
    ):
        yield Running(setup, server)


def test_caller_is_greeted(running: Running) -> None:
    answers = [running.server.ask("/", Cf_Access_Jwt_Assertion=fresh()) for _ in range(2)]

    assert {(answer.status, answer.body.strip('"')) for answer in answers} == {
        (200, "hello, user@example.com")
    }


def test_others_are_refused(running: Running) -> None:
    for path in ("/", "/absent", "/openapi.json"):
        answer = running.server.ask(path)
        assert answer.status == 401, path
        assert "NO_TOKEN" in answer.body


def test_open_path_is_open(running: Running) -> None:
    answer = running.server.ask("/healthz")

    if running.setup.heading == "aiohttp":
        assert answer.status == 401
    else:
        assert (answer.status, answer.body.strip('"')) == (200, "well")


def test_subclass_of_the_backend_makes_plain_names(django_project: None) -> None:
    names = run(programs("Django")[2])

    assert names["PlainNames"]().clean_username("a/person/b") == "a+person+b"


def test_test_of_an_application_passes(
    django_project: None, verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.test import override_settings

    settings, urls, _ = programs("Django")
    module = types.ModuleType("page_urls")
    vars(module).update(run(urls))
    monkeypatch.setitem(sys.modules, "page_urls", module)
    overridden = {name: value for name, value in run(settings).items() if name.isupper()}
    (test,) = programs("Tests of an application")

    with override_settings(ROOT_URLCONF="page_urls", **overridden):
        run(test)["test_greeting"](verifier.verify(fresh()))


def run(program: str) -> dict[str, Any]:
    """The names that a program defines."""
    names: dict[str, Any] = {"__name__": "page"}
    exec(program, names)
    return names


def test_every_program_is_run() -> None:
    run_here = sum(len(programs(heading)) for heading in {setup.heading for setup in SETUPS})

    assert PAGE.count("```python") == run_here + len(programs("Tests of an application"))
