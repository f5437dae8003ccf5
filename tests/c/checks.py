"""One line a check: `PASS name`, `FAIL name: why`, `SKIP name: what is missing`."""

from __future__ import annotations


class Checks:
    """Prints each outcome as it comes and remembers whether any failed."""

    def __init__(self) -> None:
        self.any_failed = False

    def passed(self, name: str) -> None:
        print(f"PASS {name}", flush=True)

    def failed(self, name: str, why: str, details: str = "") -> None:
        self.any_failed = True
        for line in details.splitlines():
            print(f"  {line}")
        print(f"FAIL {name}: {why}", flush=True)

    def skipped(self, name: str, missing: str) -> None:
        print(f"SKIP {name}: {missing}", flush=True)

    def equal(self, name: str, found: object, expected: object) -> None:
        if found == expected:
            self.passed(name)
        else:
            self.failed(name, f"found {found!r}, expected {expected!r}")
