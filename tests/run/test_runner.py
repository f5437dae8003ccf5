from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from .builds import DEBUG, RELEASE
from .readers import OneCheck
from .runner import Runner
from .suite import Need, Outcome, Suite
from .suites import ALL, QUICK


def python(name: str, code: str, builds: Sequence[Suite] = (), needs: Sequence[Need] = ()) -> Suite:
    return Suite(name, "Python", [sys.executable, "-c", code], OneCheck, needs, builds=builds)


def appends(word: str, file: Path) -> str:
    return f"open({str(file)!r}, 'a').write({word!r})"


def test_build_comes_before_the_suite_that_uses_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    build = python("build", appends("build ", log))

    Runner().outcome(python("tests", appends("tests", log), [build]))

    assert log.read_text() == "build tests"


def test_build_that_many_suites_use_runs_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    build = python("build", appends("build ", log))
    runner = Runner()

    for suite in (python("one", "", [build]), build, python("two", "", [build])):
        assert runner.outcome(suite) == Outcome(passed=1)

    assert log.read_text() == "build "


def test_suite_whose_build_failed_has_failed_and_does_not_run(tmp_path: Path) -> None:
    log = tmp_path / "log"
    build = python("the build", "raise SystemExit(1)")

    outcome = Runner().outcome(python("tests", appends("tests", log), [build]))

    assert outcome.failures == ["not run: python/the-build failed"]
    assert not log.exists()


def test_suite_whose_build_lacks_something_is_skipped_with_it() -> None:
    build = python("build", "", needs=[Need("a compiler", lambda: False)])

    outcome = Runner().outcome(python("tests", "", [build]))

    assert outcome == Outcome(skipped=[("all of it", "a compiler")])


def test_whatever_loads_a_library_builds_it_first() -> None:
    for suite in [*ALL, *QUICK]:
        places = suite.environment.get("CFACCESS_LIBRARY", "") + suite.environment.get("CGO_LDFLAGS", "")
        if places or suite.command[:2] == ["go", "test"] or suite.word() == "c/programs":
            wanted = DEBUG if "/debug" in places else RELEASE
            assert wanted in suite.builds, suite.word()


def waits_for(mine: Path, other: Path) -> str:
    """Ends once the other one has begun, too."""
    return (
        "import pathlib, sys, time\n"
        f"pathlib.Path({str(mine)!r}).touch()\n"
        f"while not pathlib.Path({str(other)!r}).exists(): time.sleep(0.01)"
    )


def test_neighbours_that_share_the_machine_run_together(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    suites = [
        replace(python("one", waits_for(one, two)), shares=True, minutes=0.5),
        replace(python("two", waits_for(two, one)), shares=True, minutes=0.5),
    ]

    results = Runner().results(suites)

    assert [result.outcome for result in results] == [Outcome(passed=1), Outcome(passed=1)]


def test_output_of_suites_that_run_together_is_not_mixed(capsys: pytest.CaptureFixture[str]) -> None:
    code = "import time\nfor _ in range(3): print({!r}, flush=True); time.sleep(0.05)"
    suites = [replace(python(name, code.format(name)), shares=True) for name in ("one", "two")]

    Runner().results(suites)

    shown = [line for line in capsys.readouterr().out.splitlines() if line in ("one", "two")]
    assert shown in (["one"] * 3 + ["two"] * 3, ["two"] * 3 + ["one"] * 3)


def test_a_build_that_two_suites_want_at_once_runs_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    build = replace(python("build", f"import time; time.sleep(0.2); {appends('build ', log)}"), shares=True)
    suites = [replace(python(name, "", [build]), shares=True) for name in ("one", "two")]

    Runner().results(suites)

    assert log.read_text() == "build "


def test_suites_that_need_the_machine_for_themselves_run_one_after_another(tmp_path: Path) -> None:
    log = tmp_path / "log"
    slow = f"import time; {appends('one ', log)}; time.sleep(0.2); {appends('end ', log)}"

    Runner().results([python("one", slow), python("two", appends("two ", log))])

    assert log.read_text() == "one end two "
