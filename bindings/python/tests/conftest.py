"""Lets the tests of a checkout use the library that cargo built, and gives the usual keys and verifier."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]


def _name_the_library() -> None:
    package = importlib.util.find_spec("cfaccess")
    if package and package.origin and (Path(package.origin).parent / "libcfaccess.so").exists():
        return  # a wheel is installed: it is what the tests are about
    os.environ.setdefault("CFACCESS_LIBRARY", str(REPOSITORY / "target" / "release" / "libcfaccess.so"))


_name_the_library()
sys.path.append(str(REPOSITORY / "tests"))

from cfaccess import Keys, Verifier  # noqa: E402
from endpoint import Endpoint  # noqa: E402
from support import NOW, certs, mint, new_verifier, person  # noqa: E402


@pytest.fixture
def keys() -> Keys:
    """Two keys of the team, as after a rotation."""
    return Keys.from_json(certs("acme-1", "acme-2"))


@pytest.fixture
def verifier(keys: Keys) -> Verifier:
    return new_verifier(keys)


@pytest.fixture
def token() -> str:
    """A person's token, good at `NOW`."""
    return mint(person())


@pytest.fixture
def now() -> int:
    return NOW


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    """The team's endpoint on loopback, to which the environment leads."""
    with Endpoint() as endpoint:
        for name, value in endpoint.environment().items():
            monkeypatch.setenv(name, value)
        yield endpoint


@pytest.fixture(scope="session")
def django_project(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A Django project in this process."""
    pytest.importorskip("django", reason="the Python package django is missing")
    import django_project

    django_project.set_up(tmp_path_factory.mktemp("django"))
