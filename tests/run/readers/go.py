"""The events of `go test -json`."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from typing import Any

from ..suite import Outcome

# A line that a test logged: file and line number, then its message.
LOGGED = re.compile(r"^\s+\S+\.go:\d+: (.+)$")

# Package and name; a subtest's name is its parent's, a slash, and its own.
Test = tuple[str, str]


class GoTest:
    """Counts tests, or their subtests in place of them, and shows the output of those that failed."""

    def __init__(self) -> None:
        self.ended: dict[Test, str] = {}
        self.output: dict[Test, list[str]] = defaultdict(list)
        self.failed_packages: set[str] = set()

    def line(self, text: str) -> str | None:
        try:
            event = json.loads(text)
        except ValueError:
            # A message of the toolchain, such as what it downloads.
            return text
        return self.event(event) if isinstance(event, dict) else text

    def event(self, event: dict[str, Any]) -> str | None:
        package = event.get("Package", event.get("ImportPath", ""))
        action = event["Action"]
        name = event.get("Test")
        if name is None:
            if action == "fail":
                self.failed_packages.add(package)
            return event["Output"].rstrip("\n") if "Output" in event else None

        test = (package, name)
        if action == "output":
            self.output[test].append(event["Output"].rstrip("\n"))
        elif action in ("pass", "fail", "skip"):
            self.ended[test] = action
            if action == "fail":
                return "\n".join(self.output[test])
        return None

    def finish(self, exit_status: int) -> Outcome:
        outcome = Outcome()
        below = self.below()
        for test, action in self.ended.items():
            if test in below and (action == "pass" or action in below[test]):
                # Its subtests stand for it.
                continue
            if action == "pass":
                outcome.passed += 1
            elif action == "fail":
                outcome.failed += 1
                outcome.failures.append(test[1])
            else:
                outcome.skipped.append((test[1], self.reason(test)))

        for package in self.failed_packages - {package for package, _ in self.failed_tests()}:
            outcome.failed += 1
            outcome.failures.append(f"{package} did not build or did not finish")
        return outcome

    def failed_tests(self) -> list[Test]:
        return [test for test, action in self.ended.items() if action == "fail"]

    def below(self) -> dict[Test, set[str]]:
        """For each test that has subtests, how these ended."""
        below: dict[Test, set[str]] = defaultdict(set)
        for (package, name), action in self.ended.items():
            while "/" in name:
                name = name.rpartition("/")[0]
                below[package, name].add(action)
        return below

    def reason(self, test: Test) -> str:
        said = [match[1] for line in self.output[test] if (match := LOGGED.match(line))]
        return said[-1] if said else "no reason given"
