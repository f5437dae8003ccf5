"""The core, its C ABI, and the libraries that the other languages are tested with."""

from __future__ import annotations

import shlex
import sys

from ..builds import LIBRARIES
from ..needs import CXX, RUST
from ..readers import CargoTest, Lines, OneCheck
from ..suite import Need, Suite

CLIPPY = "cargo clippy --workspace --all-targets --locked -- -D warnings"
# Ignored tests are slow ones, which a plain `cargo test` leaves out; here each runs once.
CARGO_TEST = "cargo test --locked --no-fail-fast --features failpoint -- --include-ignored"


def check(name: str, command: str, *needs: Need, where: str = ".", **environment: str) -> Suite:
    return Suite(name, "Rust", shlex.split(command), OneCheck, [RUST, *needs], environment, where)


FORMAT = [
    check("format", "cargo fmt --check"),
    check("format of the benchmarks", "cargo fmt --all --check", where="benches"),
    check("format of the fuzz targets", "cargo fmt --all --check", where="fuzz"),
]

CHEAP = [
    *FORMAT,
    Suite("licences", "Rust", [sys.executable, "-m", "licences", "crates"], Lines, [RUST], where="tests"),
]

LINTS = check("lints", CLIPPY)

BUILDS = [
    LINTS,
    *LIBRARIES,
]

TESTS = [
    Suite("tests", "Rust", shlex.split(CARGO_TEST), CargoTest, [RUST], minutes=25),
    check("lints of the benchmarks", CLIPPY, where="benches"),
    check("lints of the fuzz targets", CLIPPY, CXX, where="fuzz"),
    check("documentation", "cargo doc --no-deps --locked", RUSTDOCFLAGS="-D warnings"),
]

# The programs that show most of what a change breaks, and need neither a network nor seconds of waiting.
QUICK_PROGRAMS = (
    "abi bad_input cache corpus explain explain_vectors header order readme revocation_vectors stats vectors"
)
QUICK = [
    LINTS,
    Suite(
        "quick tests",
        "Rust",
        ["cargo", "test", "--locked", "--lib", *(f"--test={name}" for name in QUICK_PROGRAMS.split())],
        CargoTest,
        [RUST],
    ),
]
