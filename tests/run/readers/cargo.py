"""The output of `cargo test`, of any number of test programs."""

from __future__ import annotations

import re

from ..suite import Outcome

RESULT = re.compile(r"^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored")
FAILED = re.compile(r"^test (.+) \.\.\. FAILED$")
IGNORED = re.compile(r"^test (.+) \.\.\. ignored(?:, (.+))?$")
# A test that finds out only when it runs that something is missing says so past libtest's capture, on
# standard error itself, and returns. Under `--test-threads=1` the line may follow the test's name.
SKIPPED = re.compile(r"^(?:test .+ \.\.\. )?SKIP ([^:]+(?:::[^:]+)*): (.+)$")


class CargoTest:
    """Adds up the `test result:` lines; an ignored test is a skipped one."""

    def __init__(self) -> None:
        self.outcome = Outcome()

    def line(self, text: str) -> str | None:
        if result := RESULT.match(text):
            self.outcome.passed += int(result[1])
            self.outcome.failed += int(result[2])
        elif failed := FAILED.match(text):
            self.outcome.failures.append(failed[1])
        elif ignored := IGNORED.match(text):
            self.outcome.skipped.append((ignored[1], ignored[2] or "ignored"))
        elif skipped := SKIPPED.match(text):
            # libtest counts it as passed.
            self.outcome.passed -= 1
            self.outcome.skipped.append((skipped[1], skipped[2]))
        return text

    def finish(self, exit_status: int) -> Outcome:
        return self.outcome
