"""Our own programs, with one line a test: `PASS name`, `FAIL name: why`, `SKIP name: what is missing`."""

from __future__ import annotations

from ..suite import Outcome


class Lines:
    """Counts the lines that begin with PASS, FAIL or SKIP; all others are shown only."""

    def __init__(self) -> None:
        self.outcome = Outcome()

    def line(self, text: str) -> str | None:
        verdict, _, rest = text.partition(" ")
        if verdict == "PASS":
            self.outcome.passed += 1
        elif verdict == "FAIL":
            self.outcome.failed += 1
            self.outcome.failures.append(rest)
        elif verdict == "SKIP":
            name, _, missing = rest.partition(": ")
            self.outcome.skipped.append((name, missing or "no reason given"))
        return text

    def finish(self, exit_status: int) -> Outcome:
        return self.outcome
