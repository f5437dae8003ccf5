"""Runs suites one after another, goes on when one fails, and ends with a table and `N passed, N failed`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from .report import print_report
from .runner import Runner
from .suite import Suite
from .suites import ALL, PACKAGES, QUICK


def main(words: Sequence[str] | None = None) -> int:
    arguments = parse(words)
    suites = QUICK if arguments.quick else PACKAGES if arguments.packages else ALL
    if unknown := [name for name in arguments.only if not any(matches(suite, name) for suite in suites)]:
        print(f"no suite or language has this name: {' '.join(unknown)}", file=sys.stderr)
        print("`make test ONLY=--list` names them all", file=sys.stderr)
        return 2

    chosen = [
        suite
        for suite in suites
        if not arguments.only or any(matches(suite, name) for name in arguments.only)
    ]
    if arguments.list:
        for suite in chosen:
            print(f"{suite.word():42} {suite.shell_line()}")
        return 0

    results = Runner().results(chosen)
    print_report(results)
    return 1 if any(result.outcome.failed for result in results) else 0


def parse(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make test", description=__doc__)
    parser.add_argument("--list", action="store_true", help="list the suites, with their commands, and stop")
    parser.add_argument("--quick", action="store_true", help="the suites of `make check`")
    parser.add_argument("--packages", action="store_true", help="the suites of `make test-packages`")
    parser.add_argument("only", nargs="*", metavar="NAME", help="suite, language or language/suite")
    return parser.parse_args(words)


def matches(suite: Suite, name: str) -> bool:
    """Whether `name` is that of the suite (`tests`), of its language (`go`), or both (`go/tests`)."""
    language, _, short = suite.word().partition("/")
    return name in (short, language, suite.word())


if __name__ == "__main__":
    sys.exit(main())
