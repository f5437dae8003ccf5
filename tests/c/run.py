"""Builds the C programs against the library and runs them: as they are, with sanitizers, under valgrind.

Prints `PASS name`, `FAIL name: why` or `SKIP name: what is missing` for each check.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import endpoint_process
import foreign
import header
import library
import programs
import server
import tokens
from checks import Checks
from toolchain import BUILD, ROOT, ways


def main() -> int:
    arguments = parse_arguments()
    if not arguments.library.exists():
        print(f"FAIL library: {arguments.library} is missing; `make build` builds it")
        return 1
    tokens.write_header(BUILD / "tokens.h", arguments.vectors)

    checks = Checks()
    with endpoint_process.running() as place:
        check(checks, arguments, place)
    return 1 if checks.any_failed else 0


def check(checks: Checks, arguments: argparse.Namespace, place: endpoint_process.Endpoint) -> None:
    chosen = set(arguments.only)
    if not chosen or "library" in chosen:
        library.check(checks, arguments.library, arguments.static_library)
    if not chosen or "header" in chosen:
        header.check(checks, ways(), arguments.library, arguments.vectors, place)
    if not chosen or "foreign" in chosen:
        foreign.check(checks, arguments.library, arguments.vectors)
    for way in ways():
        for program in programs.all_programs(
            arguments.library, arguments.failpoint_library, arguments.later_library, place
        ):
            if way.name in program.ways and (not chosen or program.name in chosen):
                programs.check(checks, program, way)
        # Under valgrind a TLS handshake takes longer than a fetch may.
        if way.name in ("plain", "sanitizers") and (not chosen or "server" in chosen):
            server.check(checks, way, arguments.library, place)
        if way.name in programs.THREAD_CHECKERS and (not chosen or "race" in chosen):
            programs.check_races_are_found(checks, way, arguments.library)
        elif way.name in ("sanitizers", "valgrind") and not chosen:
            programs.check_leaks_are_found(checks, way, arguments.library)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/c/run.py", description=__doc__)
    target = ROOT / "target"
    paths = {
        "--library": target / "release" / "libcfaccess.so",
        "--static-library": target / "release" / "libcfaccess.a",
        "--failpoint-library": target / "failpoint" / "libcfaccess.so",
        "--later-library": target / "later" / "libcfaccess.so",
        "--vectors": ROOT / "tests" / "vectors",
    }
    for option, default in paths.items():
        parser.add_argument(option, type=Path, default=default, metavar="PATH")
    parser.add_argument(
        "only", nargs="*", metavar="NAME", help="header, library, foreign, server, or a program such as api"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
