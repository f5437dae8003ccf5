"""The programs in the README run as they are printed there."""

from __future__ import annotations

from pathlib import Path

from printed import ROOT, Program, mint, token

README = ROOT / "README.md"
IS_CALLING = f"{mint.HOST}/person/{mint.SUBJECT} is calling\n"


def test_python(folder: Path, there: dict[str, str]) -> None:
    program = Program(README, "python", folder, there)
    assert program.run(token(3600)) == IS_CALLING
    assert program.run(token(20)).startswith("HTTP 401, EXPIRED: ")


def test_go(folder: Path, there: dict[str, str]) -> None:
    program = Program(README, "go", folder, there)
    assert program.run(token(3600)) == IS_CALLING
    assert program.run(token(20)).startswith("HTTP 401, cfaccess: EXPIRED: ")


def test_c(folder: Path, there: dict[str, str]) -> None:
    program = Program(README, "c", folder, there)
    application = (mint.TEAM, mint.AUDIENCE)
    assert program.run(*application, token(3600)) == IS_CALLING
    assert program.run(*application, token(20)).startswith("HTTP 401, EXPIRED: ")
