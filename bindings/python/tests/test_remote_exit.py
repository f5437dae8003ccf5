"""A program that ends while its `fetch` or its `log` runs ends like any other."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import cfaccess
import pytest
from support import AUDIENCE, certs, fresh

BEGINNING = """
import os, sys, threading, time
from cfaccess import AccessError, Keys, Verifier

certs, audience, token = sys.argv[1:]
begun = threading.Event()

class LastWords:
    def __del__(self, sleep=time.sleep):
        sleep(0.6)    # the interpreter is still ending when the function returns

sys.last_words = LastWords()

def fetch(url):
    begun.set()
    time.sleep(0.3)
    return certs

def log(level, line):
    time.sleep(0.05)

keys = Keys.remote("acme", fetch=fetch, log=log, timeout=0.1)
verifier = Verifier(team="acme", audiences=[audience], keys=keys)

def verify():
    try:
        verifier.verify(token)
    except AccessError:
        pass

def begin_a_fetch():
    verifying = threading.Thread(target=verify, daemon=True)
    verifying.start()
    assert begun.wait(20)
    return verifying
"""

ENDINGS = {
    "falls off its end": "begin_a_fetch()",
    "exits": "begin_a_fetch(); sys.exit(0)",
    "closes keys and verifier": "begin_a_fetch().join(); keys.close(); verifier.close()",
    "drops all of them": "begin_a_fetch().join(); del keys, verifier",
    "has no thread to close them in": """
import cfaccess._closing
def refuse(*_): raise RuntimeError("can't start new thread")
begin_a_fetch().join()
cfaccess._closing.start_thread = refuse
keys.close(); verifier.close()
""",
    "keeps the verifier": "begin_a_fetch(); keys.close(); del keys",
    "drops them as it ends": """
class Holder: pass
holder = Holder()
holder.itself, holder.verifier = holder, verifier
begin_a_fetch()
del keys, verifier
""",
    "ends as a child": """
begin_a_fetch()
child = os.fork()
if child:
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
else:
    begun.clear()
    begin_a_fetch()
""",
    "ends as the child of keys that are ending": """
begin_a_fetch().join()
keys.close(); verifier.close()
child = os.fork()
if child:
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
""",
}


# What is put in place of a function that returns.
HANGS = {
    "fetch sleeps": ("time.sleep(0.3)", "time.sleep(600)"),
    "fetch runs forever": ("time.sleep(0.3)", "while True: time.sleep(0.001)"),
    "log sleeps": ("time.sleep(0.05)", "time.sleep(600)"),
}


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS.keys())
def test_program_ends_quietly(ending: str) -> None:
    for _ in range(3):
        assert outcome_of(BEGINNING + ending) == (0, "", "")


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS.keys())
@pytest.mark.parametrize("hang", HANGS.values(), ids=HANGS.keys())
def test_program_ends_although_a_function_hangs(hang: tuple[str, str], ending: str) -> None:
    assert outcome_of(BEGINNING.replace(*hang) + ending) == (0, "", "")


def outcome_of(program: str) -> tuple[int, str, str]:
    """Exit status and output of a program, which ends within 30 seconds."""
    environment = {**os.environ, "PYTHONPATH": str(Path(cfaccess.__file__).parents[1])}
    command = [sys.executable, "-W", "ignore", "-c", program, certs("acme-1"), AUDIENCE, fresh()]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=False)
    return run.returncode, run.stdout, run.stderr
