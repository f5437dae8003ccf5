"""The report that pytest writes with `--junitxml`."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from ..suite import Outcome


class Pytest:
    """Reads the report when pytest has ended. That of an earlier run is removed first."""

    def __init__(self, report: Path) -> None:
        self.report = report
        report.unlink(missing_ok=True)

    def line(self, text: str) -> str | None:
        return text

    def finish(self, exit_status: int) -> Outcome:
        outcome = Outcome()
        if not self.report.exists():
            return outcome
        for case in ElementTree.parse(self.report).iter("testcase"):
            name = f"{case.get('classname')}::{case.get('name')}"
            skipped = case.find("skipped")
            if case.find("failure") is not None or case.find("error") is not None:
                outcome.failed += 1
                outcome.failures.append(name)
            elif skipped is not None:
                outcome.skipped.append((name, skipped.get("message") or "no reason given"))
            else:
                outcome.passed += 1
        return outcome
