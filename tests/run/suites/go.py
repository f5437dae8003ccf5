"""The Go package, linked with the library in target/release, or in target/debug for the quick tests."""

from __future__ import annotations

import hashlib
import shlex
import sys
from collections.abc import Sequence

from ..builds import DEBUG, LIBRARIES, RELEASE, library
from ..needs import GO, PKG_CONFIG, STATICCHECK, STATICCHECK_BUILT, C
from ..readers import GoTest, Lines, OneCheck, Silent
from ..suite import ROOT, Need, Suite

FOLDER = "bindings/go"
# Every module with code of ours, by what it is.
MODULES = {
    "the package": FOLDER,
    "the interceptors for gRPC": "bindings/go/cfaccessgrpc",
    "the demo": "examples/demo/go",
    "the recipes for frameworks": "examples/go-frameworks",
    "the clients of the local Access": "tests/clients/go",
    "the benchmarks": "benches/go",
    "the faults": "benches/faults/go",
    "the application behind the local Access": "tests/local/go",
}
TAGS = "cfaccess_dev"


def environment(**more: str) -> dict[str, str]:
    """The hash stands for the header, since Go's build cache does not see files outside the module."""
    header = ROOT / "include" / "cfaccess.h"
    digest = hashlib.sha256(header.read_bytes() if header.exists() else b"").hexdigest()
    return {"CGO_ENABLED": "1", "CGO_CFLAGS": f"-O2 -g -DCFACCESS_HEADER_HASH=0x{digest[:8]}", **more}


def checks(name: str, command: str, *needs: Need) -> list[Suite]:
    """One for each module."""
    return [
        Suite(
            f"{name} of {what}",
            "Go",
            shlex.split(command),
            OneCheck,
            [GO, C, *needs],
            environment(),
            folder,
            shares=True,
        )
        for what, folder in MODULES.items()
    ]


def go_test(
    name: str,
    options: str = "",
    tags: str = TAGS,
    where: str = FOLDER,
    builds: Sequence[Suite] = LIBRARIES,
    **more: str,
) -> Suite:
    # Go does not see that the shared library has changed, and would hand out a cached result: hence -count=1.
    command = f"go test -json -count=1 -tags={tags} {options} ./..."
    return Suite(name, "Go", shlex.split(command), GoTest, [GO, C], environment(**more), where, builds=builds)


FORMAT = [Suite("format", "Go", ["gofmt", "-l", *MODULES.values()], Silent, [GO], shares=True)]

CHEAP = [
    *FORMAT,
    Suite(
        "licences",
        "Go",
        [sys.executable, "-m", "licences", "modules"],
        Lines,
        [GO],
        where="tests",
        shares=True,
    ),
]

CHECKS = [
    *checks("vet", f"go vet -tags={TAGS} ./..."),
    *checks("staticcheck", f"{shlex.quote(str(STATICCHECK))} -tags={TAGS} ./...", STATICCHECK_BUILT),
]

TESTS = [
    go_test("tests"),
    go_test("tests with race detector", "-race"),
    go_test("tests with constant collection", tags=f"{TAGS},cfaccess_gc", GOGC="1", GODEBUG="cgocheck=1"),
    go_test("gRPC", "-race", where=MODULES["the interceptors for gRPC"], builds=[RELEASE]),
    go_test("recipes", where=MODULES["the recipes for frameworks"], builds=[RELEASE]),
    Suite(
        "module",
        "Go",
        [sys.executable, "tests/go_module.py"],
        Lines,
        [GO, C, PKG_CONFIG],
        environment(),
        builds=[RELEASE],
    ),
]

# The flags come before those of link_dev.go, so that this library is found first, in linking and in running.
DEBUG_FOLDER = shlex.quote(str(library("debug").parent))
QUICK = [
    go_test(
        "quick tests",
        # Those of a later version load a library of their own.
        "-run 'Vectors|Status|Error|Claims|Config|Explain' -skip OfALaterVersion",
        builds=[DEBUG],
        CGO_LDFLAGS=f"-L{DEBUG_FOLDER} -Wl,-rpath,{DEBUG_FOLDER}",
    ),
]
