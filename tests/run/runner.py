"""Runs each suite once, and before it the builds that it uses."""

from __future__ import annotations

from .execute import run
from .suite import Outcome, Suite


class Runner:
    """Remembers how each suite ended, so that a build that many suites use runs once."""

    def __init__(self) -> None:
        self.outcomes: dict[str, Outcome] = {}

    def outcome(self, suite: Suite) -> Outcome:
        name = suite.word()
        if name not in self.outcomes:
            self.outcomes[name] = self.run(suite)
        return self.outcomes[name]

    def run(self, suite: Suite) -> Outcome:
        if missing := ", ".join(need.name for need in suite.needs if not need.found()):
            return Outcome(skipped=[("all of it", missing)])
        for build in suite.builds:
            built = self.outcome(build)
            if built.failed:
                return Outcome(failed=1, failures=[f"not run: {build.word()} failed"])
            if built.skipped:
                return Outcome(skipped=built.skipped)
        return run(suite)
