"""What a build from source says when it cannot build."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support import REPOSITORY

PACKAGE = REPOSITORY / "bindings" / "python"

pytest.importorskip("hatchling", reason="the Python package hatchling is missing")


def said(path: Path, **environment: str) -> str:
    """The last line of a build that fails, with the programs of this folder only."""
    inherited = {name: value for name, value in os.environ.items() if name != "CFACCESS_LIBRARY"}
    run = subprocess.run(
        [sys.executable, "-c", "import hatch_build; hatch_build.library()"],
        cwd=PACKAGE,
        env={**inherited, "PATH": str(path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    (line,) = run.stderr.splitlines()
    return line


def test_missing_cargo_is_one_sentence(tmp_path: Path) -> None:
    assert said(tmp_path).startswith("cfaccess: cargo is missing, which builds the library; install Rust")


def test_failure_of_cargo_is_one_sentence(tmp_path: Path) -> None:
    cargo = tmp_path / "cargo"
    cargo.write_text("#!/bin/sh\nexit 101\n")
    cargo.chmod(0o755)

    assert said(tmp_path) == "cfaccess: cargo could not build the library; see its output above."


def test_named_library_that_is_missing_is_one_sentence(tmp_path: Path) -> None:
    absent = str(tmp_path / "absent.so")

    line = said(tmp_path, CFACCESS_LIBRARY=absent)

    assert line == f"cfaccess: CFACCESS_LIBRARY names no file: {absent}"
