"""Colours are for terminals, and data is for programs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from .program import ACME, NOW, PROGRAM, Terminal, environment, run, token

RED = "\x1b[1;31m"
GREEN = "\x1b[32m"


@pytest.fixture
def token_file(tmp_path: Path) -> str:
    path = tmp_path / "token"
    path.write_text(token())
    return f"--token-file={path}"


def test_a_terminal_has_colours(token_file: str) -> None:
    assert GREEN + "accepted" in Terminal("verify", *ACME, "--at", NOW, token_file).end().out
    assert RED + "EXPIRED" in Terminal("verify", *ACME, token_file).end().out


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_can_do_without(token_file: str, env: dict[str, str]) -> None:
    for arguments in (("--at", NOW), (), ("--nonsense",)):
        assert "\x1b" not in Terminal("verify", *ACME, token_file, *arguments, env=env).end().out


def test_an_empty_no_color_changes_nothing(token_file: str) -> None:
    assert GREEN in Terminal("verify", *ACME, "--at", NOW, token_file, env={"NO_COLOR": ""}).end().out


def test_json_has_no_colours(token_file: str) -> None:
    assert "\x1b" not in Terminal("verify", *ACME, "--at", NOW, token_file, "--json").end().out


def test_a_pipe_has_no_colours() -> None:
    for arguments in (("verify", *ACME, "--at", NOW), ("verify", *ACME), ("--nonsense",), ("doctor",)):
        ended = run(*arguments, stdin=token(), env={"TERM": "xterm"})
        assert "\x1b" not in ended.out + ended.err


def test_a_pipe_that_was_closed_is_no_failure(token_file: str) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write) as closed:
        ended = subprocess.run(
            [PROGRAM, "verify", *ACME, "--at", NOW, token_file],
            env=environment(),
            stdout=closed,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_a_full_disk_is_a_failure(token_file: str) -> None:
    with open("/dev/full", "w") as full:
        ended = subprocess.run(
            [PROGRAM, "verify", *ACME, "--at", NOW, token_file],
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert ended.returncode == 1
    assert b"No space left" in ended.stderr
