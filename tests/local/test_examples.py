"""The examples of the repository run behind the program, each by the command that docs/local.md shows."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
from endpoint.listener import free_port

from .browser import Browser
from .program import ROOT, Local, running
from .wire import Answer

LIBRARY = Path(os.environ.get("CFACCESS_LIBRARY", ROOT / "target" / "release" / "libcfaccess.so"))
LIBRARIES = LIBRARY.parent
TABLE = (ROOT / "docs" / "local.md").read_text("utf-8").partition("## The examples behind it")[2]
COMMANDS = dict(re.findall(r"^\| `(examples/[^`]*)` \| `(.*?)` \|$", TABLE, re.MULTILINE))
PYTHON = {"flask_app.py": ["flask", "gunicorn"], "django_app.py": ["django", "gunicorn"]}
PYTHON["fastapi_app.py"] = ["fastapi", "uvicorn"]

pytestmark = pytest.mark.skipif(not LIBRARY.exists(), reason=f"{LIBRARY} is missing: make build")


def command_of(example: str, port: int) -> list[str]:
    """What the table shows, for this port, without `cfaccess local` and what that is told."""
    shown: str = COMMANDS[example]
    given = "cfaccess local --upstream http://127.0.0.1:8000 -- "
    assert shown.startswith(given), shown
    return shown.removeprefix(given).replace("8000", str(port)).split()


def visited(local: Local, path: str = "/") -> Answer:
    """The answer of the example to a request, when it has started."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        answer = Browser().log_in(local, path)
        if answer.status != 502:
            return answer
        time.sleep(0.2)
    raise AssertionError("the example did not start")


def expect_it_greets(command: list[str], port: int, greeting: str = "hello, ada@example.com$") -> None:
    upstream = f"http://127.0.0.1:{port}"
    with running(["--upstream", upstream, "--", *command], env=PATHS) as local:
        answer = visited(local)
        assert answer.status == 200
        assert re.match(greeting, answer.body.decode().strip())

        browser = Browser()
        browser.log_in(local)
        local.control("POST", "faults", {"name": "expired", "times": 1})
        refused = browser.request(local.url())
        assert refused.status == 401
        assert b"EXPIRED" in refused.body


PATHS = {
    "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    "LD_LIBRARY_PATH": str(LIBRARIES),
    "CFACCESS_LIBRARY": str(LIBRARY),
    "PYTHONPATH": str(ROOT / "bindings" / "python" / "src"),
    "PYTHONDONTWRITEBYTECODE": "1",
}


@pytest.mark.parametrize("name", PYTHON)
def test_a_python_example_runs_behind_it(name: str) -> None:
    for package in PYTHON[name]:
        if find_spec(package) is None:
            pytest.skip(f"the Python package {package} is missing")
    port = free_port()
    command = [
        word.replace("examples/", f"{ROOT}/examples/") for word in command_of(f"examples/python/{name}", port)
    ]
    if not any(str(port) in word for word in command):
        command += ["--bind", f"127.0.0.1:{port}"] if command[0] == "gunicorn" else ["--port", str(port)]
    expect_it_greets(command, port)


@pytest.mark.skipif(shutil.which("go") is None, reason="go is missing")
def test_the_go_example_runs_behind_it(tmp_path: Path) -> None:
    port = free_port()
    command = command_of("examples/go-frameworks/serve", port)
    assert command[:3] == ["go", "run", "-C"]
    digest = hashlib.sha256((ROOT / "include" / "cfaccess.h").read_bytes()).hexdigest()[:8]
    # `go run` does not hand signals on, so what it would run is built before.
    subprocess.run(
        ["go", "build", "-C", ROOT / command[3], *command[4:-2], "-o", tmp_path / "serve", command[-2]],
        env={
            **os.environ,
            "CGO_ENABLED": "1",
            "CGO_CFLAGS": f"-O2 -g -DCFACCESS_HEADER_HASH=0x{digest}",
            "CGO_LDFLAGS": f"-L{LIBRARIES}",
            "GOFLAGS": "-buildvcs=false",
        },
        check=True,
    )
    expect_it_greets([str(tmp_path / "serve"), command[-1]], port)


def test_the_c_example_runs_behind_it(tmp_path: Path) -> None:
    program = tmp_path / "server"
    compiler = os.environ.get("CC", "cc")
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is missing")
    probe = subprocess.run(
        [compiler, "-E", "-x", "c", "-"],
        input="#include <microhttpd.h>\n",
        capture_output=True,
        text=True,
        check=False,
    )
    if probe.returncode != 0:
        pytest.skip("libmicrohttpd is missing")
    source = ROOT / "examples" / "c" / "server.c"
    subprocess.run(
        [
            *[compiler, "-std=c11", f"-I{ROOT}/include", str(source), "-o", str(program)],
            *[f"-L{LIBRARIES}", "-lcfaccess", "-lmicrohttpd"],
        ],
        check=True,
    )
    port = free_port()
    _, *arguments = command_of("examples/c/server.c", port)
    person = r"hello, cfaccess-local\.cloudflareaccess\.com/person/[0-9a-f-]{36}$"
    expect_it_greets([str(program), *arguments], port, person)


def test_every_example_that_serves_has_its_command() -> None:
    served = {
        f"examples/python/{name}" for name in os.listdir(ROOT / "examples" / "python") if name[0] != "_"
    }
    assert set(COMMANDS) == served | {"examples/go-frameworks/serve", "examples/c/server.c"}
