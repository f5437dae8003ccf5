"""One version stands in every file that names it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .places import ROOT, SERIES, VERSION

MAJOR, MINOR = SERIES.split(".")
NAMED = {
    "cli/Cargo.toml": rf'^version = "{VERSION}"$',
    "local/Cargo.toml": rf'^version = "{VERSION}"$',
    "cmake/cfaccess-config-version.cmake": rf"^set\(PACKAGE_VERSION {VERSION}\)$",
    "bindings/python/src/cfaccess/_version.py": rf'^__version__ = "{VERSION}"$',
    "bindings/go/shim.h": rf"CFACCESS_VERSION_MAJOR != {MAJOR} \|\| CFACCESS_VERSION_MINOR != {MINOR}\b",
    "packaging/debian/changelog": rf"\Acfaccess \({VERSION}-\d+\) ",
    "include/cfaccess.h": rf"^#define CFACCESS_VERSION_MINOR {MINOR}$",
}


@pytest.mark.parametrize("path", NAMED)
def test_a_file_names_the_version_of_the_crate(path: str) -> None:
    text = (ROOT / path).read_text()

    assert re.search(NAMED[path].replace(VERSION, re.escape(VERSION)), text, re.MULTILINE)


def test_pkg_config_names_the_version_of_the_crate(prefix: Path) -> None:
    text = (prefix / "lib" / "pkgconfig" / "cfaccess.pc").read_text()

    assert re.search(rf"^Version: {re.escape(VERSION)}$", text, re.MULTILINE)
