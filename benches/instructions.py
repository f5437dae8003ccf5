"""Instructions of one run, where valgrind is there: a measure that a busy machine does not change."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from programs import C_PROGRAM, ENVIRONMENT, INPUTS, OUT
from rows import ROWS

FEW, MANY = 20, 120


def instructions() -> dict[str, float]:
    """For each row of the C program; empty without valgrind."""
    if shutil.which("valgrind") is None:
        return {}
    rows = [row.name for row in ROWS if row.program == "c"]
    return {row: (_total(row, MANY) - _total(row, FEW)) / (MANY - FEW) for row in rows}


def _total(row: str, runs: int) -> int:
    profile = OUT / "callgrind.out"
    valgrind = ["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={profile}"]
    command: list[str | Path] = [*valgrind, C_PROGRAM, INPUTS]
    subprocess.run(
        command,
        input=f"run {row} {runs}\n",
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
        env=ENVIRONMENT,
    )
    totals = re.search(r"^(?:totals|summary): (\d+)", profile.read_text(), re.MULTILINE)
    assert totals is not None
    return int(totals[1])
