"""What is installed for C programs, and the Debian packages."""

from __future__ import annotations

from pathlib import Path
from shutil import which

from ..needs import CXX, PKG_CONFIG, RUST, C
from ..suite import Need, Suite
from .python import pytest, types

DEBHELPER = Need("debhelper", lambda: which("dh") is not None)
LINTIAN = Need("lintian", lambda: which("lintian") is not None)
CMAKE = Need("cmake", lambda: which("cmake") is not None)
NGINX_DEV = Need("nginx-dev", Path("/usr/share/nginx/src/conf_flags").exists)

ALL: list[Suite] = [
    types("of the tests of what is installed", "tests", "-p installed"),
    pytest("versions", "installed/test_versions.py", "tests", [RUST, C]),
    pytest("CMake package", "installed/test_cmake.py", "tests", [RUST, C, CXX, CMAKE, PKG_CONFIG]),
    pytest(
        "Debian packages",
        "installed/test_debian.py",
        "tests",
        [RUST, C, CXX, CMAKE, PKG_CONFIG, DEBHELPER, LINTIAN, NGINX_DEV],
    ),
]
