"""The sdist: everything that the build needs is in it, and what it says where it cannot build."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from packages.environment import ROOT, Environment, clean
from packages.tokens import CERTS, EMAIL, PROGRAM, TOKEN

# It is to be shown that it builds, and not how fast the library is.
QUICKLY = {
    "CARGO_PROFILE_RELEASE_LTO": "off",
    "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16",
    "CARGO_PROFILE_RELEASE_OPT_LEVEL": "1",
    "CARGO_NET_OFFLINE": "true",
    "CARGO_TARGET_DIR": str(ROOT / "target" / "sdist"),
}


def built(sdist: Path, results: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """By pip, with the tools of this Python and without an index."""
    pip = [sys.executable, "-m", "pip", "wheel", "--no-index", "--no-build-isolation", "--no-binary=:all:"]
    return subprocess.run(
        [*pip, f"--wheel-dir={results}", sdist],
        env={**clean(), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_pip_builds_it_offline_and_the_wheel_works(sdist: Path, tmp_path: Path) -> None:
    ran = built(sdist, tmp_path, **QUICKLY)
    assert ran.returncode == 0, ran.stdout + ran.stderr

    (wheel,) = tmp_path.glob("cfaccess-*-py3-none-linux_*.whl")
    environment = Environment(tmp_path / "venv")
    environment.install(wheel)
    assert environment.output("-c", PROGRAM, CERTS, TOKEN) == EMAIL


def test_without_cargo_it_says_so_in_a_sentence(sdist: Path, tmp_path: Path) -> None:
    ran = built(sdist, tmp_path, PATH=str(tmp_path))

    sentences = {line.strip() for line in (ran.stdout + ran.stderr).splitlines() if "cfaccess: " in line}
    assert ran.returncode == 1
    assert "Traceback" not in ran.stdout + ran.stderr
    assert sentences == {
        "cfaccess: cargo is missing, which builds the library; install Rust (https://rustup.rs), or name "
        "a built library in CFACCESS_LIBRARY."
    }


def test_it_brings_the_lock_the_licences_and_no_link(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        members = archive.getmembers()
        folder = sdist.name[: -len(".tar.gz")]
        lock = archive.extractfile(f"{folder}/rust/Cargo.lock")
        assert lock is not None
        locked = lock.read().decode()

    names = {member.name.removeprefix(f"{folder}/") for member in members}
    assert all(member.isfile() for member in members)
    assert len(names) == len(members)
    assert {"LICENSE-APACHE", "LICENSE-MIT", "NOTICES.txt", "README.md", "rust/build.rs"} <= names
    assert {"rust/include/cfaccess.h", "rust/src/lib.rs", "src/cfaccess/py.typed"} <= names
    assert versions(locked).items() <= versions((ROOT / "Cargo.lock").read_text("utf-8")).items()


def versions(lock: str) -> dict[tuple[str, str], str]:
    entries = re.findall(
        r'^name = "(.+)"\nversion = "(.+)"(?:\nsource = .+\nchecksum = "(.+)")?', lock, re.MULTILINE
    )
    return {(name, version): checksum for name, version, checksum in entries}


def test_sdist_made_again_from_the_sdist_is_the_same(sdist: Path, tmp_path: Path) -> None:
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path)
    again = made(tmp_path / sdist.name[: -len(".tar.gz")], tmp_path / "again")

    with tarfile.open(sdist) as first, tarfile.open(again) as second:
        assert sorted(first.getnames()) == sorted(second.getnames())


def test_sdist_made_twice_has_the_same_bytes(sdist: Path, tmp_path: Path) -> None:
    assert made(ROOT / "bindings" / "python", tmp_path).read_bytes() == sdist.read_bytes()


def made(sources: Path, results: Path) -> Path:
    build = [sys.executable, "-m", "build", "--sdist", "--no-isolation", "--outdir"]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "315532800", "PYTHONHASHSEED": "7"}
    subprocess.run([*build, results, sources], env=environment, capture_output=True, check=True)
    (found,) = results.glob("*.tar.gz")
    return found


@pytest.mark.parametrize("python", ["3.9"])
def test_pythons_that_are_too_old_are_named_in_its_metadata(sdist: Path, python: str) -> None:
    with tarfile.open(sdist) as archive:
        file = archive.extractfile(f"{sdist.name[: -len('.tar.gz')]}/PKG-INFO")
        assert file is not None
        assert f"\nRequires-Python: >={python}\n" in file.read().decode()
