"""Runs all suites, whatever fails, and ends with a table and the line `N passed, N failed`."""

from __future__ import annotations

import argparse
import sys

from .execute import run
from .report import print_report
from .suite import Outcome, Result, Suite
from .suites import ALL


def main() -> int:
    arguments = parse_arguments()
    chosen = [suite for suite in ALL if matches(suite, arguments.only)]
    if arguments.list:
        for suite in chosen:
            print(f"{suite.language:8} {suite.name:32} {suite.shell_line()}")
        return 0
    if not chosen:
        print("no suite has that name or language: see --list", file=sys.stderr)
        return 2

    results = [Result(suite, run_or_skip(suite)) for suite in chosen]
    print_report(results)
    return 1 if any(result.outcome.failed for result in results) else 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make test", description=__doc__)
    parser.add_argument("--list", action="store_true", help="name the suites and stop")
    parser.add_argument("only", nargs="*", metavar="NAME", help="suite, language or language/suite")
    return parser.parse_args()


def run_or_skip(suite: Suite) -> Outcome:
    missing = ", ".join(need.name for need in suite.needs if not need.found())
    return Outcome(skipped=[("all of it", missing)]) if missing else run(suite)


def matches(suite: Suite, only: list[str]) -> bool:
    """Whether a word names the suite (`tests-with-failpoint`), its language (`go`), or both (`go/tests`)."""
    name, language = suite.name.replace(" ", "-"), suite.language.lower()
    return not only or bool({name, language, f"{language}/{name}"} & set(only))


if __name__ == "__main__":
    sys.exit(main())
