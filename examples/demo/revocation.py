"""A person is accepted, revoked, refused, logs in again and is accepted, by all languages."""

from __future__ import annotations

import shlex
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import login
from programs import COMMAND, PYTHON, Answers, Failure, Program
from table import Comparison, wrapped

PERSON = "user@example.com"
# A revocation reaches two seconds beyond the one in which it is made.
MARGIN = 3


def show_revocation(programs: Sequence[Program]) -> bool:
    """Whether all answers are as they should be."""
    with tempfile.TemporaryDirectory() as folder:
        store = f"sqlite:{folder}/demo.db"
        answers: dict[str, dict[str, tuple[str, str]]] = {program.language: {} for program in programs}

        def ask(**tokens: str) -> None:
            for program in programs:
                answers[program.language].update(program.answers_with(store, tokens))

        old = login.token()
        ask(logged_in=old)
        revoke(store)
        ask(revoked=old)
        time.sleep(MARGIN)
        ask(new_login=login.token(), old_token=old)
    return told(answers)


def revoke(store: str) -> None:
    """What an operator does: with the program, or in Python where that has not been built."""
    if COMMAND.exists():
        command = [str(COMMAND), "revoke", "user", PERSON, "--team", "acme", "--store", store]
    else:
        command = [sys.executable, "examples/demo/python/revoke.py", store, PERSON]
    shown = shlex.join([Path(command[0]).name, *command[1:]])
    print(f"\n{shown}", flush=True)
    ended = PYTHON.start_command(command)
    if ended.returncode != 0:
        raise Failure(f"the person could not be revoked: {ended.stderr.strip()}")
    for line in (ended.stdout + ended.stderr).splitlines():
        print(*wrapped("", line, ""), sep="\n", flush=True)


EXPECTED = {"logged_in": "OK", "revoked": "REVOKED", "new_login": "OK", "old_token": "REVOKED"}


def told(answers: dict[str, dict[str, tuple[str, str]]]) -> bool:
    """Prints the answers, and says whether they are the expected ones."""
    shown: dict[str, Answers] = dict(answers)
    comparison = Comparison(list(EXPECTED), shown)
    wrong = {
        (name, language)
        for name, status in EXPECTED.items()
        for language in answers
        if comparison.answer(name, language)[0] != status
    }
    print("", *comparison.lines(), "", sep="\n")
    if wrong:
        print(f"{PERSON} was revoked, and NOT all answers are as they should be.")
    else:
        print(f"{PERSON} was accepted, revoked, and accepted again after a new login, in every language.")
    return not wrong
