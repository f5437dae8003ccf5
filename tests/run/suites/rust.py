"""The core, its C ABI, and the libraries that the other languages are tested with."""

from __future__ import annotations

import shlex
import sys

from ..needs import CXX, RUST
from ..readers import CargoTest, Lines, OneCheck
from ..suite import Need, Suite

CLIPPY = "cargo clippy --workspace --all-targets --locked -- -D warnings"
# Ignored tests are slow ones, which a plain `cargo test` leaves out; here each runs once.
CARGO_TEST = "cargo test --locked --no-fail-fast --features failpoint -- --include-ignored"


def check(name: str, command: str, *needs: Need, where: str = ".", **environment: str) -> Suite:
    return Suite(name, "Rust", shlex.split(command), OneCheck, [RUST, *needs], environment, where)


CHEAP = [
    check("format", "cargo fmt --check"),
    check("format of the benchmarks", "cargo fmt --all --check", where="benches"),
    check("format of the fuzz targets", "cargo fmt --all --check", where="fuzz"),
    Suite("licences", "Rust", [sys.executable, "-m", "licences", "crates"], Lines, [RUST], where="tests"),
]

BUILDS = [
    check("lints", CLIPPY),
    check("build", "make --no-print-directory build"),
    check("build with failpoint", "make --no-print-directory failpoint"),
    check("build of a later version", "make --no-print-directory later"),
]

TESTS = [
    Suite("tests", "Rust", shlex.split(CARGO_TEST), CargoTest, [RUST], minutes=25),
    check("lints of the benchmarks", CLIPPY, where="benches"),
    check("lints of the fuzz targets", CLIPPY, CXX, where="fuzz"),
    check("documentation", "cargo doc --no-deps --locked", RUSTDOCFLAGS="-D warnings"),
]
