from __future__ import annotations

from .readers import OneCheck
from .report import report
from .suite import Outcome, Result, Suite


def result(language: str, outcome: Outcome) -> Result:
    return Result(Suite("tests", language, ["true"], OneCheck), outcome)


def test_languages_are_added_up() -> None:
    lines = report(
        [result("Rust", Outcome(passed=2)), result("C", Outcome(passed=1)), result("Rust", Outcome(passed=3))]
    )

    assert lines == [
        "language |  passed |  failed | skipped",
        "---------|---------|---------|--------",
        "Rust     |       5 |       0 |       0",
        "C        |       1 |       0 |       0",
        "",
        "6 passed, 0 failed",
    ]


def test_what_was_skipped_is_named_with_what_was_missing() -> None:
    lines = report([result("C", Outcome(passed=1, skipped=[("leaks", "valgrind")]))])

    assert "  C tests: leaks: valgrind" in lines
    assert lines[-1] == "1 passed, 0 failed, 1 skipped"


def test_what_failed_is_named() -> None:
    lines = report([result("Go", Outcome(failed=1, failures=["TestKeys"]))])

    assert "  Go tests: TestKeys" in lines
    assert lines[-1] == "0 passed, 1 failed"


def test_suites_that_take_long_are_named_with_their_minutes() -> None:
    lines = report(
        [
            result("Go", Outcome(passed=1, seconds=90)),
            result("C", Outcome(passed=1, seconds=20)),
            result("Rust", Outcome(seconds=130)),
        ]
    )

    start = lines.index("minutes, 4.0 in all:")
    assert lines[start + 1 : start + 4] == ["   2.2  rust/tests", "   1.5  go/tests", ""]
