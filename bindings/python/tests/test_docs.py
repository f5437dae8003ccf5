"""The examples of the documentation run, and nothing public is undocumented."""

from __future__ import annotations

import doctest
import importlib
import inspect
from pathlib import Path
from typing import Any

import cfaccess
import pytest
from cfaccess import AccessError, Keys
from support import AUDIENCE, certs, fresh, new_verifier

FRAMEWORKS = [f"cfaccess.{name}" for name in ("django", "django.auth", "fastapi", "flask", "starlette")]
MODULES = [
    "cfaccess",
    "cfaccess.asgi",
    "cfaccess.wsgi",
    *(f"cfaccess.{path.stem}" for path in Path(cfaccess.__file__).parent.glob("_[a-z]*.py")),
]
README = Path(__file__).resolve().parents[1] / "README.md"


def names() -> dict[str, Any]:
    """What the examples use: a key document, an application, a token that is valid now."""
    keys = Keys.from_json(certs("acme-1"))
    return {
        "AccessError": AccessError,
        "Keys": Keys,
        "Revocations": cfaccess.Revocations,
        "Verifier": cfaccess.Verifier,
        "certs": certs("acme-1"),
        "keys": keys,
        "audience": AUDIENCE,
        "verifier": new_verifier(keys),
        "token": fresh(email="ada@example.com", country="GB"),
    }


def run(tests: list[doctest.DocTest]) -> int:
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for test in tests:
        runner.run(test)
    assert runner.failures == 0
    return runner.tries


def examples(*modules: Any) -> list[doctest.DocTest]:
    finder = doctest.DocTestFinder()
    return [test for module in modules for test in finder.find(module, extraglobs=names())]


def test_examples_of_the_docstrings_run() -> None:
    assert run(examples(*map(importlib.import_module, MODULES))) >= 10


def imported(name: str, request: pytest.FixtureRequest) -> Any:
    """The module for a framework, if that is installed."""
    framework = name.split(".")[1]
    pytest.importorskip(framework, reason=f"the Python package {framework} is missing")
    if framework == "django":
        request.getfixturevalue("django_project")
    return importlib.import_module(name)


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_examples_for_a_framework_run(name: str, request: pytest.FixtureRequest) -> None:
    assert run(examples(imported(name, request))) >= 2


def test_examples_of_the_readme_run() -> None:
    text = README.read_text("utf-8")
    test = doctest.DocTestParser().get_doctest(text, names(), "README.md", str(README), 0)

    assert run([test]) >= 4


@pytest.mark.parametrize("name", cfaccess.__all__)
def test_everything_public_is_documented(name: str) -> None:
    expect_documentation(getattr(cfaccess, name))


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_everything_public_for_a_framework_is_documented(name: str, request: pytest.FixtureRequest) -> None:
    module = imported(name, request)
    assert module.__doc__
    for public in module.__all__:
        expect_documentation(getattr(module, public))


def expect_documentation(public: object) -> None:
    if inspect.isclass(public):
        members = [value for key, value in vars(public).items() if not key.startswith("_")]
        functions = [m for m in members if callable(m) or isinstance(m, (property, classmethod))]
        assert all(inspect.getdoc(function) for function in [public, *functions])


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_what_it_is(name: str) -> None:
    assert importlib.import_module(name).__doc__
