"""The core, its C ABI, and the libraries that the other languages are tested with."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence

from ..builds import FAILPOINT, LATER, PROGRAM, RELEASE, RELEASED_PROGRAM, build, library
from ..needs import CXX, PYTHON_PACKAGES, RUST, TARGET, VENV
from ..readers import CargoTest, Lines, OneCheck, Pytest
from ..suite import Need, Suite

CLIPPY = "cargo clippy --workspace --all-targets --locked -- -D warnings"
CARGO_TEST = "cargo test --locked --no-fail-fast --features failpoint"
CARGO_TEST_WITHOUT_STORES = "cargo test --locked --no-default-features --features ffi --lib revocation::"
CLI_TEST = "cargo test --locked --package cfaccess-cli --target-dir target/cli"
LOCAL_TEST = "cargo test --locked --package cfaccess-local --lib --target-dir target/cli"


def check(name: str, command: str, *needs: Need, where: str = ".", **environment: str) -> Suite:
    return Suite(
        name,
        "Rust",
        shlex.split(command),
        OneCheck,
        [RUST, *needs],
        environment,
        where,
        minutes=30,
        shares=True,
    )


FORMAT = [
    check("format", "cargo fmt --all --check"),
    check("format of the benchmarks", "cargo fmt --all --check", where="benches"),
    check("format of the fuzz targets", "cargo fmt --all --check", where="fuzz"),
]

CHEAP = [
    *FORMAT,
    Suite(
        "licences",
        "Rust",
        [sys.executable, "-m", "licences", "crates"],
        Lines,
        [RUST],
        where="tests",
        shares=True,
    ),
]

LINTS = check("lints", CLIPPY)


# What takes long to build is begun first.
BUILDS = [
    RELEASE,
    LINTS,
    RELEASED_PROGRAM,
    build("build of the tests", f"{CARGO_TEST} --no-run"),
    PROGRAM,
    FAILPOINT,
    build("build of the units of the cli", f"{CLI_TEST} --no-run"),
    build("build of the units of the local Access", f"{LOCAL_TEST} --no-run"),
    LATER,
]


DOCS = [
    check("lints of the benchmarks", CLIPPY, where="benches"),
    check("lints of the fuzz targets", CLIPPY, CXX, where="fuzz"),
    check("documentation", "cargo doc --no-deps --locked", RUSTDOCFLAGS="-D warnings"),
    check(
        "documentation of the local Access",
        "cargo doc --no-deps --locked -p cfaccess-local --document-private-items --target-dir target/cli",
        RUSTDOCFLAGS="-D warnings",
    ),
]


def cli(name: str, modules: str, builds: Sequence[Suite] = (), **environment: str) -> Suite:
    """Runs the program as people do."""
    report = TARGET / "tests" / f"rust-{name.replace(' ', '-')}.xml"
    arguments = f"-m pytest -q -p no:cacheprovider --junitxml={shlex.quote(str(report))} {modules}"
    return Suite(
        name,
        "Rust",
        [str(VENV / "python"), *shlex.split(arguments)],
        lambda: Pytest(report),
        [RUST, PYTHON_PACKAGES],
        environment,
        where="tests",
        builds=[PROGRAM, *builds],
    )


CLI_UNITS = Suite(
    "units of the cli",
    "Rust",
    shlex.split(CLI_TEST),
    CargoTest,
    [RUST],
)

LOCAL_UNITS = Suite(
    "units of the local Access",
    "Rust",
    shlex.split(LOCAL_TEST),
    CargoTest,
    [RUST],
)

TESTS = [
    CLI_UNITS,
    cli("cli", "cli"),
    LOCAL_UNITS,
    cli("local Access", "local", [RELEASE], CFACCESS_LIBRARY=str(library("release"))),
    cli("clients of Access", "clients"),
    # Ignored tests are slow ones, which a plain `cargo test` leaves out; here each runs once.
    Suite("tests", "Rust", shlex.split(f"{CARGO_TEST} -- --include-ignored"), CargoTest, [RUST], minutes=25),
    Suite("tests without stores", "Rust", shlex.split(CARGO_TEST_WITHOUT_STORES), CargoTest, [RUST]),
]

# The programs that show most of what a change breaks, and need neither a network nor seconds of waiting.
QUICK_PROGRAMS = (
    "abi bad_input cache corpus explain explain_vectors header order readme revocation_vectors stats vectors"
)
QUICK_CLI = "verify settings secrets terminal revoke questions"
QUICK = [
    LINTS,
    CLI_UNITS,
    cli("quick tests of the cli", " ".join(f"cli/test_{module}.py" for module in QUICK_CLI.split())),
    Suite(
        "quick tests",
        "Rust",
        ["cargo", "test", "--locked", "--lib", *(f"--test={name}" for name in QUICK_PROGRAMS.split())],
        CargoTest,
        [RUST],
    ),
]
