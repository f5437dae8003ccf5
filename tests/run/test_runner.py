from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

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
