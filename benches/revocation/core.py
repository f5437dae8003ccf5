"""What a hit costs with revocations, and what a large table takes."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from .processes import ENTRIES, INPUTS, command, run, start

ROUNDS = 600
MILLISECONDS = 2
"""Shorter than a time slice of the scheduler, so that most measurements are undisturbed on a busy machine."""
ROWS = [
    "hit",
    "hit_again",
    "hit_empty",
    "hit_full",
    "hit_polled",
    "hit_probing",
    "hit_remote_keys",
    "hit_remote_keys_polled",
]
RATIOS = {
    "hit_again": "hit",
    "hit_empty": "hit",
    "hit_full": "hit",
    "hit_polled": "hit",
    "hit_remote_keys_polled": "hit_remote_keys",
}
FEW, MANY = 1_000, 3_000
COUNTED_ENTRIES = 10_000


def measure() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        small, large = (f"sqlite:{Path(folder, name)}" for name in ("small.db", "large.db"))
        run("fill", small, 100)
        times, allocations = _rows(small)
        print(f"core: {ENTRIES:,} entries into SQLite", flush=True)
        run("fill", large, ENTRIES)
        return {
            "entries": ENTRIES,
            "times": {row: median(one[row] for one in times) for row in ROWS},
            "ratios": {
                row: median(one[row] / one[against] for one in times) for row, against in RATIOS.items()
            },
            "probe": median(one["hit_probing"] - one["hit_full"] for one in times),
            "allocations": allocations,
            "instructions": _instructions(small),
            "memory": run("memory", large),
            "renewal": run("renewal", INPUTS, ENTRIES),
        }


def _rows(url: str) -> tuple[list[dict[str, float]], dict[str, float]]:
    """Every row a little in each round, so that whatever the machine does it does to all of them."""
    program = start("rows", INPUTS, url, ENTRIES)
    assert program.stdin is not None
    assert program.stdout is not None

    def ask(question: str) -> float:
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write(question + "\n")
        return float(program.stdout.readline())

    for row in ROWS:
        ask(f"run {row} 1")
    shuffled = random.Random(0)
    times = [
        {row: ask(f"time {row} {MILLISECONDS}") for row in shuffled.sample(ROWS, len(ROWS))}
        for _ in range(ROUNDS)
    ]
    allocations = {row: ask(f"allocations {row}") for row in ROWS}
    program.communicate()
    return times, allocations


def _instructions(url: str) -> dict[str, float]:
    """Of one run of each row; empty without valgrind."""
    if shutil.which("valgrind") is None:
        return {}
    rows = [row for row in ROWS if row != "hit_again"]
    return {row: (_total(url, row, MANY) - _total(url, row, FEW)) / (MANY - FEW) for row in rows}


def _total(url: str, row: str, runs: int) -> int:
    """A refresh would be counted as well, but there is none in the few milliseconds of the runs."""
    valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    valgrind += ["--toggle-collect=*rows::hit*"]
    done = subprocess.run(
        [*valgrind, *command("rows", INPUTS, url, COUNTED_ENTRIES)],
        input=f"run {row} {runs}\n",
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"Collected : (\d+)", done.stderr)
    assert found is not None, done.stderr
    return int(found[1])
