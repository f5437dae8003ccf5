"""One version everywhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from packages.environment import ROOT

CRATE = re.search(r'^version = "(.+)"$', (ROOT / "Cargo.toml").read_text("utf-8"), re.MULTILINE)
assert CRATE is not None
VERSION = CRATE[1]
SERIES = VERSION.rpartition(".")[0]

PLACES = [
    ("cli/Cargo.toml", r'^version = "(.+)"$', VERSION),
    ("local/Cargo.toml", r'^version = "(.+)"$', VERSION),
    ("cli/Cargo.toml", r'^cfaccess = \{.*version = "(.+?)"', VERSION),
    ("cli/Cargo.toml", r'^cfaccess-local = \{.*version = "(.+?)"', VERSION),
    ("bindings/python/src/cfaccess/_version.py", r'^__version__ = "(.+)"$', VERSION),
    ("bindings/go/shim.h", r"written for cfaccess ([0-9.]+):", SERIES),
]


@pytest.mark.parametrize(("file", "pattern", "expected"), PLACES)
def test_version_is_that_of_the_crate(file: str, pattern: str, expected: str) -> None:
    found = re.findall(pattern, (ROOT / file).read_text("utf-8"), re.MULTILINE)

    assert found == [expected]


def test_go_modules_require_this_version() -> None:
    modules = [*ROOT.glob("bindings/go/**/go.mod"), *ROOT.glob("examples/**/go.mod")]
    required = {
        (str(module.relative_to(ROOT)), version)
        for module in modules
        for version in re.findall(r"cfaccess/bindings/go(?:/\S+)? v(\S+)", module.read_text("utf-8"))
    }

    assert required
    assert {version for _, version in required} == {VERSION}


def test_debian_packages_have_this_version() -> None:
    changelogs = sorted(Path(ROOT / "packaging").glob("**/changelog"))
    newest = [
        re.findall(r"^\S+ \((.+)-\d+\)", changelog.read_text("utf-8"), re.MULTILINE)[0]
        for changelog in changelogs
    ]

    assert newest == [VERSION] * len(changelogs)


def test_built_packages_have_this_version(wheel: Path, sdist: Path) -> None:
    assert wheel.name.startswith(f"cfaccess-{VERSION}-")
    assert sdist.name == f"cfaccess-{VERSION}.tar.gz"
