"""The report on a run: a table by language, what was skipped, what failed, and a line with the totals."""

from __future__ import annotations

from collections.abc import Sequence

from .suite import Result


def print_report(results: Sequence[Result]) -> None:
    print()
    for line in report(results):
        print(line)


def report(results: Sequence[Result]) -> list[str]:
    return [*table(results), *slowest(results), *skipped(results), *failed(results), "", totals(results)]


def table(results: Sequence[Result]) -> list[str]:
    rows = ["language |  passed |  failed | skipped", "---------|---------|---------|--------"]
    for language in dict.fromkeys(result.suite.language for result in results):
        counts = count([result for result in results if result.suite.language == language])
        rows.append(f"{language:8} | {counts[0]:7} | {counts[1]:7} | {counts[2]:7}")
    return rows


def slowest(results: Sequence[Result]) -> list[str]:
    """Where the time goes, as a reader wants to know who has to wait for it."""
    longest = sorted(results, key=lambda result: -result.outcome.seconds)[:15]
    lines = [
        f"  {result.outcome.seconds / 60:4.1f}  {result.suite.word()}"
        for result in longest
        if result.outcome.seconds >= 30
    ]
    minutes = sum(result.outcome.seconds for result in results) / 60
    return ["", f"minutes, {minutes:.1f} in all:", *lines] if lines else []


def skipped(results: Sequence[Result]) -> list[str]:
    lines = [
        f"  {place(result)}: {test}: {missing}"
        for result in results
        for test, missing in result.outcome.skipped
    ]
    return ["", "skipped, and what was missing:", *lines] if lines else []


def failed(results: Sequence[Result]) -> list[str]:
    lines = [f"  {place(result)}: {failure}" for result in results for failure in result.outcome.failures]
    return ["", "failed:", *lines] if lines else []


def place(result: Result) -> str:
    return f"{result.suite.language} {result.suite.name}"


def totals(results: Sequence[Result]) -> str:
    passed, failed, skipped = count(results)
    line = f"{passed} passed, {failed} failed"
    return f"{line}, {skipped} skipped" if skipped else line


def count(results: Sequence[Result]) -> tuple[int, int, int]:
    outcomes = [result.outcome for result in results]
    return (
        sum(outcome.passed for outcome in outcomes),
        sum(outcome.failed for outcome in outcomes),
        sum(len(outcome.skipped) for outcome in outcomes),
    )
