"""The libraries that other suites use. Cargo decides whether one is still up to date."""

from __future__ import annotations

import shlex
from pathlib import Path

from .needs import RUST, TARGET
from .readers import OneCheck
from .suite import Suite


def build(name: str, command: str) -> Suite:
    return Suite(name, "Rust", shlex.split(command), OneCheck, [RUST], minutes=30, shares=True)


RELEASE = build("build", "make --no-print-directory build")
FAILPOINT = build("build with failpoint", "make --no-print-directory failpoint")
LATER = build("build of a later version", "make --no-print-directory later")
# Runs slower than the release and builds much faster. Built along with a test, its dependencies have the
# features that tests ask for, and so it is the one that `cargo test` has built already.
DEBUG = build("debug build", "cargo build --locked --lib --test=abi")

# In a folder of its own: the library that it is linked with has other features than the one that others load.
PROGRAM = build("build of the cli", "cargo build --locked --package cfaccess-cli --target-dir target/cli")

# As it is released, which takes minutes to link.
RELEASED_PROGRAM = build("build of the released cli", "make --no-print-directory cli")

# Every library that the tests of a wrapper load.
LIBRARIES = (RELEASE, FAILPOINT, LATER)


def library(profile: str) -> Path:
    return TARGET / profile / "libcfaccess.so"
