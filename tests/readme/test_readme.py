"""The programs in the README run as they are printed there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "target" / "release" / "libcfaccess.so"
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "vectors" / "generate")]

import mint  # noqa: E402
from endpoint import Endpoint  # noqa: E402

IS_CALLING = f"{mint.HOST}/person/{mint.SUBJECT} is calling\n"


def program(language: str) -> str:
    """The one program of a language."""
    found = re.findall(rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert len(found) == 1
    return str(found[0])


def token(lifetime: int) -> str:
    """A person's token that began a minute ago."""
    began = int(time.time()) - 60
    return mint.token(payload=mint.person(iat=began, nbf=began, exp=began + lifetime)).decode("ascii")


def run(command: list[str], where: Path, **environment: str) -> str:
    answer = subprocess.run(
        command, cwd=where, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    return answer.stdout + answer.stderr


@pytest.fixture(scope="module")
def there() -> Iterator[dict[str, str]]:
    """The environment in which the team's endpoint is one of ours."""
    with Endpoint() as endpoint:
        yield {**endpoint.environment(), "SSL_CERT_FILE": endpoint.ca_file}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    if not LIBRARY.exists():
        pytest.skip("target/release/libcfaccess.so (make build)")
    return tmp_path


def test_python(folder: Path, there: dict[str, str]) -> None:
    (folder / "app.py").write_text(program("python"))
    package = {"PYTHONPATH": str(ROOT / "bindings" / "python" / "src"), "CFACCESS_LIBRARY": str(LIBRARY)}

    command = [sys.executable, "app.py"]
    assert run([*command, token(3600)], folder, **there, **package) == IS_CALLING
    assert run([*command, token(20)], folder, **there, **package).startswith("HTTP 401, EXPIRED: ")


def test_go(folder: Path, there: dict[str, str]) -> None:
    if shutil.which("go") is None:
        pytest.skip("go")
    module = "github.com/cfaccess/cfaccess/bindings/go"
    (folder / "main.go").write_text(program("go"))
    replaced = f"require {module} v0.0.0\n\nreplace {module} => {ROOT / 'bindings' / 'go'}"
    (folder / "go.mod").write_text(f"module app\n\ngo 1.24\n\n{replaced}\n")
    assert run(["go", "build", "-tags", "cfaccess_dev", "-o", "app", "."], folder, GOFLAGS="-mod=mod") == ""

    assert run(["./app", token(3600)], folder, **there) == IS_CALLING
    assert run(["./app", token(20)], folder, **there).startswith("HTTP 401, cfaccess: EXPIRED: ")


def test_c(folder: Path, there: dict[str, str]) -> None:
    if shutil.which("cc") is None:
        pytest.skip("cc")
    (folder / "app.c").write_text(program("c"))
    library = LIBRARY.parent
    link = [f"-I{ROOT / 'include'}", f"-L{library}", "-lcfaccess", f"-Wl,-rpath,{library}"]
    assert run(["cc", "-Wall", "-Wextra", "-Werror", "app.c", "-o", "app", *link], folder) == ""

    command = ["./app", mint.TEAM, mint.AUDIENCE]
    assert run([*command, token(3600)], folder, **there) == IS_CALLING
    assert run([*command, token(20)], folder, **there).startswith("HTTP 401, EXPIRED: ")
