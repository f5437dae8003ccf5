"""Instructions of one run, if valgrind is installed: a measure that does not change on a busy machine."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from programs import COMMANDS, ENVIRONMENT, OUT
from rows import ROWS

FEW, MANY = 20, 120


def instructions() -> dict[str, float]:
    """For the counted rows of the C program; empty without valgrind."""
    if not can_count():
        return {}
    rows = [row.name for row in ROWS if row.counted]
    return {row: (_total(row, MANY) - _total(row, FEW)) / (MANY - FEW) for row in rows}


def can_count() -> bool:
    return shutil.which("valgrind") is not None


def profile(program: str, row: str, runs: int, *options: str) -> str:
    """What callgrind writes about `runs` runs of a row."""
    out = OUT / "callgrind.out"
    valgrind = ["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={out}", *options]
    command: list[str | Path] = [*valgrind, *COMMANDS[program]]
    subprocess.run(
        command,
        input=f"run {row} {runs}\n",
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
        env=ENVIRONMENT,
    )
    return out.read_text()


def _total(row: str, runs: int) -> int:
    totals = re.search(r"^(?:totals|summary): (\d+)", profile("c", row, runs), re.MULTILINE)
    assert totals is not None
    return int(totals[1])
