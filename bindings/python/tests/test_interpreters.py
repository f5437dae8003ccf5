"""Sub-interpreters with a GIL of their own (PEP 684), in the Pythons that can load ctypes there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import cfaccess
import pytest
from cfaccess import InvalidConfig, Keys, _interpreter
from endpoint import Endpoint
from support import AUDIENCE, certs, fresh

PROGRAM = """
import sys, threading, _interpreters

arguments, code = sys.argv[1:-1], sys.argv[-1]

def run():
    number = _interpreters.create("isolated")
    failure = _interpreters.exec(number, f"arguments = {arguments!r}\\n{code}")
    if failure is not None:
        print(failure.errdisplay)
    _interpreters.destroy(number)

threads = [threading.Thread(target=run) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""

WORKS = """
import asyncio, pickle
from cfaccess import AccessError, Keys, Verifier
ca_file, certs, audience, token = arguments

def check(keys):
    with Verifier(team="acme", audiences=[audience], keys=keys) as verifier:
        for _ in range(100):
            claims = verifier.verify(token)
            assert claims.email == "user@example.com"
        assert asyncio.run(verifier.verify_async(token)) == claims
        assert verifier.verify_request({"Cf-Access-Jwt-Assertion": token}) == claims
        assert pickle.loads(pickle.dumps(claims)) == claims
        assert verifier.explain(token)["checks"] and verifier.stats()["hits"] >= 99
        try:
            verifier.verify("x")
        except AccessError as error:
            assert error.status == "MALFORMED"

check(Keys.from_json(certs))
with Keys.remote("acme", ca_file=ca_file, timeout=20) as keys:
    keys.connect()
    check(keys)
    assert keys.status()["fetches"] == 1
"""

REFUSES = """
from cfaccess import InvalidConfig, Keys
for function in ({"fetch": lambda url: "{}"}, {"log": lambda level, line: None}):
    try:
        Keys.remote("acme", **function)
    except InvalidConfig as error:
        assert "a sub-interpreter that has a GIL of its own" in error.message
    else:
        raise AssertionError(f"{function} is accepted")
"""


@cache
def python() -> str:
    """A Python whose sub-interpreters have ctypes."""
    installed = sorted(Path.home().glob(".pyenv/versions/3.1[3-9]*/bin/python"))
    found = [shutil.which(f"python3.{minor}") for minor in (13, 14, 15)]
    for each in (sys.executable, *found, *map(str, installed)):
        if each and subprocess.run([each, "-c", "import _interpreters"], capture_output=True).returncode == 0:
            return each
    pytest.skip("Python 3.13 or later is missing")


@pytest.mark.parametrize("code", [WORKS, REFUSES], ids=["all but functions works", "functions are refused"])
def test_interpreters_with_a_gil_of_their_own(code: str, endpoint: Endpoint) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(cfaccess.__file__).parents[1])}
    arguments = [endpoint.ca_file, certs("acme-1"), AUDIENCE, fresh()]

    run = subprocess.run(
        [python(), "-c", PROGRAM, *arguments, code],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("number", "gil", "own"), [(0, "own", False), (1, "own", True), (1, "shared", False)]
)
def test_main_interpreter_and_a_shared_gil_allow_functions(
    number: int, gil: str, own: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = SimpleNamespace(
        get_current=lambda: (number, 1),
        get_main=lambda: (0, 1),
        get_config=lambda _: SimpleNamespace(gil=gil),
    )
    monkeypatch.setitem(sys.modules, "_interpreters", fake)

    assert _interpreter.has_own_gil() is own
    if own:
        with pytest.raises(InvalidConfig, match="fetch and log"):
            Keys.remote("acme", log=lambda *_: None)
    else:
        assert Keys.remote("acme", log=lambda *_: None)
