"""What `make demo` shows, and what it would show if a language gave another answer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from local_access import PERSON as SIGNED_IN
from local_access import Step
from local_access import told as told_steps
from programs import CERTS, COMMAND, PROGRAMS, PYTHON, C, Failure, Program
from show import show
from table import WIDTH, Comparison

from revocation import EXPECTED, told
from revocation import PERSON as EMAIL

HERE = Path(__file__).resolve().parent
STATUSES = {
    "person": "OK",
    "service": "OK",
    "new-service": "SERVICE_NOT_ALLOWED",
    "expired": "EXPIRED",
    "early": "NOT_YET_VALID",
    "other-app": "WRONG_AUDIENCE",
    "other-team": "UNKNOWN_KEY",
    "org-session": "WRONG_TOKEN_TYPE",
    "forged": "BAD_SIGNATURE",
    "alg-none": "UNSUPPORTED_ALGORITHM",
    "opaque": "OPAQUE_TOKEN",
}
PERSON = ("OK", "user@example.com")
REFUSED = ("EXPIRED", "the token expired 3600 s ago")


@pytest.fixture(scope="module")
def demo() -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, HERE], capture_output=True, encoding="utf-8", check=False)


@pytest.fixture(scope="module")
def rows(demo: subprocess.CompletedProcess[str]) -> dict[str, list[str]]:
    """The words of each row of the table, by the name of its token."""
    words = [line.split() for line in demo.stdout.partition("who or why\n")[2].splitlines()]
    return {line[0]: line[1:] for line in words if line and line[0] in STATUSES}


@pytest.mark.parametrize(("name", "status"), STATUSES.items())
def test_each_token_has_its_status_in_every_language(
    rows: dict[str, list[str]], name: str, status: str
) -> None:
    assert rows[name][:4] == [status, "✓", "✓", "✓"]


def test_it_says_that_all_answers_are_the_same(demo: subprocess.CompletedProcess[str]) -> None:
    assert f"\n{len(STATUSES)} tokens, 3 languages, the same answer each time.\n" in demo.stdout
    assert (demo.returncode, demo.stderr) == (0, "")


def test_a_person_is_revoked_and_logs_in_again(demo: subprocess.CompletedProcess[str]) -> None:
    words = [line.split()[:5] for line in demo.stdout.splitlines()]
    for name, status in EXPECTED.items():
        assert [name, status, "✓", "✓", "✓"] in words
    assert (
        f"{EMAIL} was accepted, revoked, and accepted again after a new login, in every language."
        in demo.stdout
    )


def test_a_revocation_that_does_not_arrive_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    answers = {name: (status, "who") for name, status in EXPECTED.items()}
    assert told({"C": answers, "Go": dict(answers)})
    assert not told({"C": answers, "Go": {**answers, "revoked": ("OK", "who")}})
    assert "NOT all answers" in capsys.readouterr().out


@pytest.mark.skipif(not COMMAND.exists(), reason="target/cli/release/cfaccess is missing: make cli")
def test_a_person_signs_in_at_the_local_access(demo: subprocess.CompletedProcess[str]) -> None:
    shown = demo.stdout.partition("cfaccess local --upstream")[2]
    for answer in [f"200 hello, {SIGNED_IN}", "401 NO_TOKEN", "401 EXPIRED", "401 WRONG_AUDIENCE"]:
        assert f" {answer}\n" in shown
    assert shown.count("302 to /, with CF_Authorization\n") == 2, "once before the rotation, once after it"
    assert (
        f"{SIGNED_IN} signed in at the local Access, and was refused whenever something was wrong." in shown
    )


def test_another_answer_of_the_local_access_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    expired = Step("the next request", "401 EXPIRED", "401 EXPIRED")
    assert told_steps([Step("cfaccess local fault expired --times 1"), expired])
    assert not told_steps([expired._replace(answer="200 hello")])
    assert "401 EXPIRED" in capsys.readouterr().out.splitlines()[-3]
    assert not told_steps([])


def test_the_table_is_narrow(demo: subprocess.CompletedProcess[str]) -> None:
    table = demo.stdout.partition("\n\n")[2]
    assert max(map(len, table.splitlines())) <= WIDTH


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.language)
def test_a_program_says_why_it_has_no_keys(program: Program) -> None:
    ended = program.start("no-such-file.json", "")
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "KEYS_UNAVAILABLE: " in ended.stderr


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.language)
def test_a_program_skips_comments_and_takes_the_rest_of_a_line_as_the_token(program: Program) -> None:
    ended = program.start(CERTS, "# about\nodd oauth: x \n")
    assert [line.split()[:2] for line in ended.stdout.splitlines()] == [["odd", "OPAQUE_TOKEN"]]


def test_another_answer_is_shown_and_told() -> None:
    c = {"person": PERSON, "late": REFUSED}
    comparison = Comparison(["person", "late"], {"C": c, "Go": {**c, "late": PERSON}})
    assert comparison.lines() == [
        "token   status   C Go  who or why",
        "person  OK       ✓ ✓   user@example.com",
        "late    EXPIRED  ✓ ✗   the token expired 3600 s ago",
        "                       Go: OK user@example.com",
    ]
    assert comparison.verdict() == "2 tokens, 2 languages, NOT the same answer for 1 of the tokens."


def test_another_reason_is_another_answer() -> None:
    answers = {"C": {"late": REFUSED}, "Go": {"late": ("EXPIRED", "the token expired")}}
    assert Comparison(["late"], answers).different() == ["late"]


@pytest.mark.parametrize("answers", [{"C": {}, "Go": {}}, {"C": {"late": REFUSED}, "Go": {}}])
def test_no_answer_is_not_the_same_answer(answers: dict[str, dict[str, tuple[str, str]]]) -> None:
    assert Comparison(["late"], answers).different() == ["late"]


@pytest.mark.parametrize(("language", "same"), [(C, True), (Program("Mute", run="true"), False)])
def test_the_programs_themselves_are_compared(
    language: Program, same: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert show([PYTHON, language]) is same
    assert ("NO ANSWER" in capsys.readouterr().out) is not same


def test_a_program_that_fails_is_named() -> None:
    with pytest.raises(Failure, match="the Broken program failed"):
        show([Program("Broken", run="false")])
