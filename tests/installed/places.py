"""Where the tests build and install, and how they run commands."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "target" / "installed"

(VERSION,) = re.findall(r'^version = "(.*)"$', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)
SERIES = ".".join(VERSION.split(".")[:2])
SONAME = f"libcfaccess.so.{SERIES}"


class Failed(Exception):
    """A command failed; its words."""


def run(
    command: Sequence[str | Path], where: Path = ROOT, environment: Mapping[str, str] | None = None
) -> str:
    """What a command says."""
    outcome = attempt(command, where, environment)
    if outcome.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))}: {outcome.returncode}\n{outcome.stdout}{outcome.stderr}")
    return outcome.stdout


def attempt(
    command: Sequence[str | Path], where: Path = ROOT, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, command)),
        cwd=where,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
