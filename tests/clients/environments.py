"""What each client needs, pinned by hash, in a folder of its own below target/clients."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TARGET = ROOT / "target" / "clients"


def missing(what: str) -> None:
    """Skips the test, except in CI, where everything has to be there."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


def run(command: Sequence[str | Path], where: Path) -> None:
    ended = subprocess.run(
        [str(word) for word in command], cwd=where, capture_output=True, text=True, check=False
    )
    if ended.returncode != 0:
        missing(f"{command[0]} failed: {ended.stderr.strip()[-300:]}")


def made(name: str, *sources: Path, make: Callable[[Path], None]) -> Path:
    """The folder, made anew if its sources have changed."""
    folder = TARGET / name
    wanted = hashlib.sha256(
        b"".join(source.read_bytes() for source in sources) + str(ROOT).encode()
    ).hexdigest()
    stamp = folder / "made-from"
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        make(folder)
        stamp.write_text(wanted)
    return folder


def python(name: str, oldest: tuple[int, int] = (3, 10)) -> Path:
    """The interpreter of the virtual environment of a package."""
    requirements = HERE / "python" / name / "requirements.txt"

    def make(folder: Path) -> None:
        run([interpreter(oldest), "-m", "venv", folder], folder)
        options = ["--quiet", "--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:"]
        run([folder / "bin" / "python", "-m", "pip", "install", *options, "-r", requirements], folder)

    return made(f"python-{name}", requirements, make=make) / "bin" / "python"


def interpreter(oldest: tuple[int, int]) -> str:
    """Of this Python or a later one that is installed."""
    if sys.version_info >= oldest:
        return sys.executable
    for minor in range(oldest[1], oldest[1] + 4):
        name = f"python3.{minor}"
        for path in [shutil.which(name), *Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/{name}")]:
            if (
                path
                and subprocess.run([path, "-c", "import ssl"], capture_output=True, check=False).returncode
                == 0
            ):
                return str(path)
    # Not installed by the project's own files.
    pytest.skip(f"Python {oldest[0]}.{oldest[1]} or later is missing")


def node() -> Path:
    """The folder with the packages of npm and the program that uses them."""
    return npm("node", HERE / "node", "server.mjs")


def npm(name: str, source: Path, *programs: str) -> Path:
    """The folder with the packages of a lockfile and the programs beside it."""
    files = [source / file for file in ("package.json", "package-lock.json", *programs)]

    def make(folder: Path) -> None:
        for file in files:
            shutil.copy(file, folder)
        if shutil.which("npm") is None:
            missing("npm is missing")
        run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], folder)

    return made(name, *files, make=make)


def go(name: str) -> Path:
    """A program of the Go module beside this file."""
    source = HERE / "go"
    files = sorted(path for path in source.rglob("*") if path.is_file())

    def make(folder: Path) -> None:
        if shutil.which("go") is None:
            missing("Go is missing")
        run(["go", "build", "-o", folder / name, f"./{name}"], source)

    return made(f"go-{name}", *files, make=make) / name
