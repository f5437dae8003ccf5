"""Empty Python environments, of the oldest and newest Python at hand."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OLDEST = (3, 9)


class Environment:
    """A virtual environment that knows nothing of the repository."""

    def __init__(self, folder: Path, python: str = sys.executable) -> None:
        self.folder = folder
        subprocess.run([python, "-m", "venv", "--without-pip", folder], check=True)
        self.python = folder / "bin" / "python"

    def install(self, *what: str | Path) -> None:
        """By the pip of the tests. Without an index, a dependency that crept in could not be obtained."""
        command = [sys.executable, "-m", "pip", f"--python={self.python}", "install", "--quiet", "--no-index"]
        subprocess.run([*command, *what], env=clean(), check=True)

    def run(self, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.python, *arguments],
            cwd=self.folder,
            env={**clean(), **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def output(self, *arguments: str | Path, **environment: str) -> str:
        ran = self.run(*arguments, **environment)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.strip()


def clean() -> dict[str, str]:
    """The variables of this process, without those that lead to the repository or change how Python works."""
    return {name: value for name, value in os.environ.items() if not re.match("CFACCESS_|PYTHON", name)}


def pythons() -> list[str]:
    """The oldest CPython at hand that the package supports, and the newest."""
    found: dict[tuple[int, ...], str] = {}
    for python in [sys.executable, *candidates()]:
        said = subprocess.run(
            [python, "-c", "import sys, venv; print(sys.implementation.name, *sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=False,
        )
        name, _, version = said.stdout.strip().partition(" ")
        if name == "cpython":
            found.setdefault(tuple(map(int, version.split())), python)
    supported = sorted(version for version in found if version >= OLDEST)
    return [found[version] for version in dict.fromkeys([supported[0], supported[-1]])]


def candidates() -> list[str]:
    """Those in the path, and those of pyenv."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    named = [shutil.which(f"python3.{minor}") for minor in range(OLDEST[1], 20)]
    return [*filter(None, named), *map(str, pyenv.glob("*/bin/python"))]
