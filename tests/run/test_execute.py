from __future__ import annotations

import sys

import pytest

from .execute import run
from .readers import Lines, OneCheck
from .suite import Suite


def python(code: str, reader: type[Lines | OneCheck] = Lines, minutes: float = 1) -> Suite:
    return Suite("a suite", "Python", [sys.executable, "-u", "-c", code], reader, minutes=minutes)


def test_output_is_shown_and_counted(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = run(python("print('PASS one')"))

    assert outcome.passed == 1
    assert "PASS one" in capsys.readouterr().out


def test_an_exit_status_is_a_failure_even_when_all_tests_passed() -> None:
    outcome = run(python("print('PASS one'); raise SystemExit(3)"))

    assert (outcome.passed, outcome.failures) == (1, ["exit status 3"])


def test_a_suite_without_tests_is_a_failure() -> None:
    assert run(python("")).failures == ["ran no test"]


def test_a_suite_that_hangs_is_killed() -> None:
    outcome = run(python("import time; print('PASS one'); time.sleep(60)", minutes=0.01))

    assert outcome.passed == 1
    assert "killed after 0.01 minutes" in outcome.failures


def test_a_command_that_does_not_exist_is_a_failure() -> None:
    outcome = run(Suite("a suite", "Python", ["/no/such/command"], OneCheck))

    assert outcome.failures == ["could not start: No such file or directory"]


def test_the_callers_settings_do_not_reach_a_suite(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CFACCESS_LIBRARY", "/somewhere/else")

    outcome = run(python("import os; assert 'CFACCESS_LIBRARY' not in os.environ", OneCheck))

    assert outcome.failed == 0
