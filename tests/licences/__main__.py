"""usage, from tests/: python -m licences crates|modules|npm|packages

Prints `PASS name`, `FAIL name: why` or `SKIP name: what is missing` for each place that names dependencies.
"""

from __future__ import annotations

import sys

from . import crates, modules, npm, packages
from .findings import Findings

CHECKS = {"crates": crates.check, "modules": modules.check, "npm": npm.check, "packages": packages.check}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in CHECKS:
        print(__doc__, file=sys.stderr)
        return 2
    findings: list[Findings] = CHECKS[arguments[0]]()
    for found in findings:
        found.print()
    return 1 if any(found.faults for found in findings) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
