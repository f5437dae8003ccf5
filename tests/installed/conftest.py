"""What is built and installed once for all tests."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from .machine import Machine, can_be_copied
from .packages import Packages
from .places import BUILD, ROOT, run


@pytest.fixture(scope="session")
def prefix() -> Path:
    """The library, installed for /usr/local and then moved to a folder with a blank in its name."""
    staging, moved = BUILD / "staging", BUILD / "moved to"
    for folder in (staging, moved):
        shutil.rmtree(folder, ignore_errors=True)
    install = ["make", "install-library", "prefix=/usr/local", f"DESTDIR={staging}"]
    run(["tools/with_cargo_c.sh", *install])
    return (staging / "usr" / "local").rename(moved)


@pytest.fixture(scope="session")
def packages() -> Packages:
    run(["make", "deb"])
    return Packages(ROOT / "target" / "debian")


@pytest.fixture(scope="session")
def shared_with_machines(packages: Packages, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages, an older revision of each, and sources of programs."""
    folder = tmp_path_factory.mktemp("packages")
    for name in packages.names:
        shutil.copy(packages.path(name), folder)
    packages.make_older(folder / "older")
    (folder / "names").write_text(" ".join(packages.names))

    tests = ROOT / "tests" / "installed"
    shutil.copytree(tests / "consumer", folder / "consumer")
    shutil.copy(tests / "guarded.conf", folder)
    sources = ROOT / "tests" / "c"
    shutil.copy(sources / "api.c", folder / "app.c")
    shutil.copy(sources / "support.h", folder)
    write = "import sys, tokens, pathlib; tokens.write_header(*map(pathlib.Path, sys.argv[1:]))"
    run([sys.executable, "-c", write, folder / "tokens.h", ROOT / "tests" / "vectors"], where=sources)
    return folder


@pytest.fixture
def machine(shared_with_machines: Path, tmp_path: Path) -> Machine:
    if not can_be_copied():
        pytest.skip("overlays in a mount namespace (unshare)")
    return Machine(shared_with_machines, tmp_path)
