from __future__ import annotations

import json
from pathlib import Path

from .readers import CargoTest, GoTest, Lines, OneCheck, Pytest, Silent
from .suite import Outcome, Reader


def read(reader: Reader, text: str, exit_status: int = 0) -> Outcome:
    for line in text.splitlines():
        reader.line(line)
    return reader.finish(exit_status)


def test_a_check_passes_by_its_exit_status() -> None:
    assert read(OneCheck(), "some words").passed == 1
    assert read(OneCheck(), "", exit_status=2).failures == ["exit status 2"]
    assert read(OneCheck(), "why\n\n", exit_status=2).failures == ["why"]


def test_a_silent_check_fails_when_it_prints_something() -> None:
    assert read(Silent(), "").passed == 1
    assert read(Silent(), "verifier.go\n").failures == ["verifier.go"]


def test_lines_count_their_first_word() -> None:
    outcome = read(
        Lines(), "building\nPASS null\nFAIL threads: a race: here\nSKIP leaks: valgrind\nPASSED by\n"
    )

    assert (outcome.passed, outcome.failed) == (1, 1)
    assert outcome.failures == ["threads: a race: here"]
    assert outcome.skipped == [("leaks", "valgrind")]


CARGO = """\
     Running tests/core.rs (target/debug/deps/core-0123456789abcdef)

running 4 tests
test ignored_with_reason ... ignored, needs the network
test refusals::expired ... ok
SKIP refusals::leaks: valgrind
test refusals::leaks ... ok
test refusals::audience ... FAILED

failures:

---- refusals::audience stdout ----

test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s

   Doc-tests cfaccess

running 1 test
test src/lib.rs - (line 12) ... ok

test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.20s
"""


def test_cargo_programs_are_added_up() -> None:
    outcome = read(CargoTest(), CARGO, exit_status=101)

    assert (outcome.passed, outcome.failed) == (2, 1)
    assert outcome.failures == ["refusals::audience"]


def test_cargo_tests_that_are_ignored_or_say_skip_are_skipped() -> None:
    outcome = read(CargoTest(), CARGO, exit_status=101)

    assert outcome.skipped == [("ignored_with_reason", "needs the network"), ("refusals::leaks", "valgrind")]


def test_pytest_report(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    reader = Pytest(report)
    report.write_text(
        "<testsuites><testsuite>"
        "<testcase classname='tests.test_keys' name='test_good'/>"
        "<testcase classname='tests.test_keys' name='test_bad'><failure message='no'/></testcase>"
        "<testcase classname='tests.test_keys' name='test_broken'><error message='no'/></testcase>"
        "<testcase classname='tests.test_keys' name='test_fork'><skipped message='os.fork'/></testcase>"
        "</testsuite></testsuites>"
    )

    outcome = reader.finish(1)

    assert (outcome.passed, outcome.failed) == (1, 2)
    assert outcome.failures == ["tests.test_keys::test_bad", "tests.test_keys::test_broken"]
    assert outcome.skipped == [("tests.test_keys::test_fork", "os.fork")]


def test_pytest_report_of_an_earlier_run_does_not_count(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text("<testsuite><testcase classname='a' name='b'/></testsuite>")

    assert Pytest(report).finish(4) == Outcome()


def go_events(*events: tuple[str, str]) -> str:
    """Events of tests of one package, as action and test; `output` and what is said may follow the name."""
    lines = []
    for action, words in events:
        test, _, said = words.partition(" says ")
        event = {"Action": action, "Package": "example.com/access", "Output": f"    x_test.go:7: {said}\n"}
        if test:
            event["Test"] = test
        if action != "output":
            del event["Output"]
        lines.append(json.dumps(event))
    return "\n".join(lines)


def test_go_subtests_stand_for_their_parent() -> None:
    events = go_events(
        ("pass", "TestVectors/good"), ("pass", "TestVectors/expired"), ("pass", "TestVectors"), ("pass", "")
    )

    assert read(GoTest(), events) == Outcome(passed=2)


def test_go_parent_that_fails_by_itself_counts() -> None:
    events = go_events(("pass", "TestVectors/good"), ("fail", "TestVectors"), ("fail", ""))

    outcome = read(GoTest(), events, exit_status=1)

    assert (outcome.passed, outcome.failures) == (1, ["TestVectors"])


def test_go_failing_subtest_counts_once() -> None:
    events = go_events(("fail", "TestVectors/good"), ("fail", "TestVectors"), ("fail", ""))

    assert read(GoTest(), events, exit_status=1).failures == ["TestVectors/good"]


def test_go_skip_names_what_is_missing() -> None:
    events = go_events(("output", "TestFork says needs a kernel"), ("skip", "TestFork"), ("pass", ""))

    assert read(GoTest(), events).skipped == [("TestFork", "needs a kernel")]


def test_go_package_that_does_not_build_is_a_failure() -> None:
    events = json.dumps({"Action": "fail", "Package": "example.com/access"})

    outcome = read(GoTest(), f"go: downloading something\n{events}", exit_status=1)

    assert outcome.failures == ["example.com/access did not build or did not finish"]


def test_go_shows_what_failed_and_not_what_passed() -> None:
    reader = GoTest()
    shown = [
        reader.line(line)
        for line in go_events(
            ("output", "TestGood says fine"),
            ("pass", "TestGood"),
            ("output", "TestBad says wrong"),
            ("fail", "TestBad"),
        ).splitlines()
    ]

    assert shown == [None, None, None, "    x_test.go:7: wrong"]
