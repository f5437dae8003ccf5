"""The same sources give the same wheel, byte for byte."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from packages.environment import ROOT


def test_wheel_made_twice_has_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    # Its dependencies are not compiled again; the library itself is, and linked anew.
    target = ["--target=x86_64-unknown-linux-gnu", "--target-dir=target/zig"]
    subprocess.run(["cargo", "clean", "--release", "--package=cfaccess", *target], cwd=ROOT, check=True)

    subprocess.run(
        [sys.executable, ROOT / "tools" / "wheel.py", tmp_path],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        check=True,
    )

    assert (tmp_path / wheel.name).read_bytes() == wheel.read_bytes()
