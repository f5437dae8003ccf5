"""Rounds: every row a little in each, so that whatever the machine does it does to all of them."""

from __future__ import annotations

import random
from statistics import median, quantiles

import inputs
from programs import COUNTER, LIVED_PROGRAM, SCALE_PROGRAM, Program, available, numbers
from rows import ROWS, SERVED, Row

SELDOM = 5
"""Peers and servers are measured in one round of this many."""

LIVED_THREADS = 2_000
"""How many threads are alive at once before the cache is measured again."""


class Measured:
    def __init__(self, rows: list[Row], token_length: int) -> None:
        self.rows = rows
        self.token_length = token_length
        self.rounds: list[dict[str, float]] = []
        self.allocations: dict[str, float] = {}
        self.scale: dict[str, float] = {}
        self.lived: dict[str, float] = {}

    def has(self, row: str) -> bool:
        return any(row in one for one in self.rounds)

    def median(self, row: str) -> float:
        return median(one[row] for one in self.rounds if row in one)

    def quartiles(self, row: str) -> tuple[float, float]:
        times = [one[row] for one in self.rounds if row in one]
        first, _, third = quantiles(times, n=4) if len(times) > 1 else times * 3
        return first, third

    def ratio(self, row: str, against: str) -> float:
        """The median of the ratios within a round, which drift between rounds does not touch."""
        return median(one[row] / one[against] for one in self._with(row, against))

    def difference(self, row: str, over: str) -> float:
        """The median of the differences within a round, in nanoseconds."""
        return median(one[row] - one[over] for one in self._with(row, over))

    def _with(self, *rows: str) -> list[dict[str, float]]:
        return [one for one in self.rounds if all(row in one for row in rows)]


def measure(rounds: int, token_length: int) -> Measured:
    programs = {name: Program(name) for name in available()}
    measured = Measured([row for row in ROWS if row.program in programs], token_length)
    often = [row for row in measured.rows if not row.seldom]
    shuffled = random.Random(0)
    for number in range(rounds):
        rows = often if number % SELDOM else measured.rows
        measured.rounds.append(_round(programs, shuffled.sample(rows, len(rows))))

    for row, program in _COUNTED_IN.items():
        measured.allocations[row] = programs[program].ask(f"allocations {row}")
    for one in programs.values():
        one.close()

    counting = Program("c", LD_PRELOAD=str(COUNTER))
    for name in (row.name for row in ROWS if row.counted):
        measured.allocations[name] = counting.ask(f"allocations {name}")
    counting.close()
    measured.scale = numbers(SCALE_PROGRAM, inputs.CACHED)
    measured.lived = numbers(LIVED_PROGRAM, LIVED_THREADS)
    return measured


def measure_servers(rounds: int, token_length: int) -> Measured:
    """The rows of servers alone."""
    programs = {"servers": Program("servers")}
    measured = Measured(SERVED, token_length)
    shuffled = random.Random(0)
    for _ in range(rounds):
        measured.rounds.append(_round(programs, shuffled.sample(SERVED, len(SERVED))))
    programs["servers"].close()
    return measured


def _round(programs: dict[str, Program], rows: list[Row]) -> dict[str, float]:
    return {row.name: programs[row.program].ask(f"time {row.name} {row.milliseconds}") for row in rows}


_COUNTED_IN = {
    "rust_verify": "rust",
    "abi_verify": "rust",
    "rust_hit": "rust",
    "go_verify": "go",
    "go_hit": "go",
    "go_middleware": "go",
}
