"""Installs the wheel of target/wheel where nothing else is, and runs the package's tests against it.

usage: python tests/wheel.py REPORT, the file for pytest's `--junitxml`
"""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "bindings" / "python"
ENVIRONMENT = ROOT / "target" / "wheel-venv"
PYTHON = ENVIRONMENT / "bin" / "python"
ALONE = """
import sys, cfaccess
assert cfaccess.__file__.startswith(sys.prefix), f"not the installed package: {cfaccess.__file__}"
print("imported", cfaccess.__file__)
"""


def main(report: str) -> int:
    (wheel,) = (ROOT / "target" / "wheel").glob("*.whl")
    venv.create(ENVIRONMENT, clear=True, with_pip=True)
    # Without an index, a dependency that crept in could not be obtained.
    pip_install("--no-index", str(wheel))
    run("-c", ALONE)

    pip_install("--require-hashes", "--only-binary=:all:", "-r", str(ROOT / "tests" / "requirements.txt"))
    # pytest's own setting would put the sources before what is installed.
    options = ["-q", "-p", "no:cacheprovider", "-o", "pythonpath=", f"--junitxml={report}"]
    return subprocess.run([PYTHON, "-m", "pytest", *options], cwd=PACKAGE, check=False).returncode


def pip_install(*arguments: str) -> None:
    run("-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments)


def run(*arguments: str) -> None:
    subprocess.run([PYTHON, *arguments], cwd=ENVIRONMENT, check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
