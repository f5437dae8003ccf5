"""Builds and runs the programs that are printed on a page."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "target" / "release" / "libcfaccess.so"
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "vectors" / "generate")]

import mint  # noqa: E402
from endpoint import Endpoint  # noqa: E402

__all__ = ["LIBRARY", "ROOT", "Endpoint", "Program", "mint", "token"]


def token(lifetime: int) -> str:
    """A person's token that began a minute ago."""
    began = int(time.time()) - 60
    return mint.token(payload=mint.person(iat=began, nbf=began, exp=began + lifetime)).decode("ascii")


def run(command: list[str], where: Path, **environment: str) -> str:
    answer = subprocess.run(
        command, cwd=where, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    return answer.stdout + answer.stderr


class Program:
    """The one program of a language on a page, ready to be run in a folder."""

    def __init__(self, page: Path, language: str, folder: Path, environment: Mapping[str, str]) -> None:
        found = re.findall(rf"```{language}\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
        assert len(found) == 1
        self._folder = folder
        self._environment = dict(environment)
        build = {"python": self._python, "go": self._go, "c": self._c}[language]
        self._command = build(found[0])

    def run(self, *arguments: str) -> str:
        """What it prints."""
        return run([*self._command, *arguments], self._folder, **self._environment)

    def _python(self, source: str) -> list[str]:
        (self._folder / "app.py").write_text(source)
        self._environment["PYTHONPATH"] = str(ROOT / "bindings" / "python" / "src")
        self._environment["CFACCESS_LIBRARY"] = str(LIBRARY)
        return [sys.executable, "app.py"]

    def _go(self, source: str) -> list[str]:
        _need("go")
        module = "github.com/cfaccess/cfaccess/bindings/go"
        (self._folder / "main.go").write_text(source)
        replaced = f"require {module} v0.0.0\n\nreplace {module} => {ROOT / 'bindings' / 'go'}"
        (self._folder / "go.mod").write_text(f"module app\n\ngo 1.24\n\n{replaced}\n")
        build = ["go", "build", "-tags", "cfaccess_dev", "-o", "app", "."]
        assert run(build, self._folder, GOFLAGS="-mod=mod") == ""
        return ["./app"]

    def _c(self, source: str) -> list[str]:
        _need("cc")
        (self._folder / "app.c").write_text(source)
        library = LIBRARY.parent
        link = [f"-I{ROOT / 'include'}", f"-L{library}", "-lcfaccess", f"-Wl,-rpath,{library}"]
        assert run(["cc", "-Wall", "-Wextra", "-Werror", "app.c", "-o", "app", *link], self._folder) == ""
        return ["./app"]


def _need(command: str) -> None:
    if shutil.which(command) is None:
        pytest.skip(command)
