"""Runs each suite once, and before it the builds that it uses."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import groupby

from .execute import Show, run, show
from .suite import Outcome, Result, Suite

# A link runs on one core, however many there are.
TOGETHER = 2


class Runner:
    """Remembers how each suite ended, so that a build that many suites use runs once."""

    def __init__(self) -> None:
        self.outcomes: dict[str, Future[Outcome]] = {}
        self.lock = threading.Lock()
        self.output = threading.Lock()

    def results(self, suites: Iterable[Suite]) -> list[Result]:
        """Runs them in this order. Neighbours that do not need the machine for themselves run together."""
        results = []
        for shared, group in groupby(suites, key=lambda suite: suite.shares):
            neighbours = list(group)
            outcomes = self.together(neighbours) if shared else map(self.outcome, neighbours)
            results += [Result(suite, outcome) for suite, outcome in zip(neighbours, outcomes)]
        return results

    def together(self, suites: Sequence[Suite]) -> list[Outcome]:
        with ThreadPoolExecutor(TOGETHER) as pool:
            return list(pool.map(self.outcome_shown_at_the_end, suites))

    def outcome_shown_at_the_end(self, suite: Suite) -> Outcome:
        lines: list[str] = []
        outcome = self.outcome(suite, lines.append)
        with self.output:
            for line in lines:
                show(line)
        return outcome

    def outcome(self, suite: Suite, show: Show = show) -> Outcome:
        with self.lock:
            known = self.outcomes.get(suite.word())
            future = known or self.outcomes.setdefault(suite.word(), Future())
        if known is None:
            try:
                future.set_result(self.run(suite, show))
            except BaseException as error:
                future.set_exception(error)
                raise
        return future.result()

    def run(self, suite: Suite, show: Show) -> Outcome:
        if missing := ", ".join(need.name for need in suite.needs if not need.found()):
            return Outcome(skipped=[("all of it", missing)])
        for build in suite.builds:
            built = self.outcome(build, show)
            if built.failed:
                return Outcome(failed=1, failures=[f"not run: {build.word()} failed"])
            if built.skipped:
                return Outcome(skipped=built.skipped)
        started = time.monotonic()
        outcome = run(suite, show)
        outcome.seconds = time.monotonic() - started
        return outcome
