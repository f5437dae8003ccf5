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


def test_examples_of_the_docstrings_run() -> None:
    finder = doctest.DocTestFinder()
    tests = [
        test
        for module in MODULES
        for test in finder.find(importlib.import_module(module), extraglobs=names())
    ]

    assert run(tests) >= 10


def test_examples_of_the_readme_run() -> None:
    text = README.read_text("utf-8")
    test = doctest.DocTestParser().get_doctest(text, names(), "README.md", str(README), 0)

    assert run([test]) >= 4


@pytest.mark.parametrize("name", cfaccess.__all__)
def test_everything_public_is_documented(name: str) -> None:
    public = getattr(cfaccess, name)
    if inspect.isclass(public):
        members = [value for key, value in vars(public).items() if not key.startswith("_")]
        functions = [m for m in members if callable(m) or isinstance(m, (property, classmethod))]
        assert all(inspect.getdoc(function) for function in [public, *functions])


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_what_it_is(name: str) -> None:
    assert importlib.import_module(name).__doc__
