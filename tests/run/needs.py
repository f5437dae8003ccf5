"""What suites may need, by the name that is shown if it is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from shutil import which
from typing import Callable

from .suite import ROOT, Need

TARGET = ROOT / "target"
VENV = TARGET / "venv" / "bin"
STATICCHECK = TARGET / "tools" / "staticcheck"


def toolchain(name: str) -> Callable[[], bool]:
    def found() -> bool:
        command = [str(ROOT / "tools" / "require.sh"), name]
        environment = {**os.environ, "PYTHON": sys.executable}
        return subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 0

    return found


RUST = Need("Rust", toolchain("rust"))
C = Need("a C compiler", toolchain("c"))
CXX = Need("a C++ compiler", lambda: which("c++") is not None)
GO = Need("Go", toolchain("go"))
PKG_CONFIG = Need("pkg-config", lambda: which("pkg-config") is not None)
PYTHON_PACKAGES = Need("target/venv (make setup)", (VENV / "pytest").exists)
CLANG_FORMAT = Need("clang-format in target/venv (make setup)", (VENV / "clang-format").exists)
PACKAGES_VENV = TARGET / "packages-venv" / "bin"
PACKAGING_TOOLS = Need("target/packages-venv (tools/setup.sh packages)", (PACKAGES_VENV / "pytest").exists)
STATICCHECK_BUILT = Need("staticcheck (make setup, with the Go version of tools/go.mod)", STATICCHECK.exists)
