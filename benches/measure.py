"""Rounds: every row a little in each, so that whatever the machine does it does to all of them."""

from __future__ import annotations

import random
from statistics import median, quantiles

from programs import COMMANDS, COUNTER, Program
from rows import ROWS, TARGETS, Row, Target


class Measured:
    def __init__(self) -> None:
        self.rounds: list[dict[str, float]] = []
        self.allocations: dict[str, float] = {}

    def median(self, row: str) -> float:
        return median(one[row] for one in self.rounds)

    def quartiles(self, row: str) -> tuple[float, float]:
        first, _, third = quantiles((one[row] for one in self.rounds), n=4)
        return first, third

    def ratio(self, row: str, against: str) -> float:
        """The median of the ratios within a round, which drift between rounds does not touch."""
        return median(one[row] / one[against] for one in self.rounds)

    def difference(self, row: str, over: str) -> float:
        """The median of the differences within a round, in nanoseconds."""
        return median(one[row] - one[over] for one in self.rounds)

    def reached(self, target: Target) -> float:
        if target.over:
            return self.difference(target.row, target.over)
        if target.against:
            return self.ratio(target.row, target.against)
        return self.allocations[target.row]


def measure(rounds: int) -> Measured:
    measured = Measured()
    programs = {name: Program(name) for name in COMMANDS}
    shuffled = random.Random(0)
    for _ in range(rounds):
        order: list[Row] = shuffled.sample(ROWS, len(ROWS))
        asked = {row.name: programs[row.program].ask(f"time {row.name} {row.milliseconds}") for row in order}
        measured.rounds.append(asked)

    for target in TARGETS:
        if not target.against and not target.over:
            program = programs["go" if target.row.startswith("go_") else "rust"]
            measured.allocations[target.row] = program.ask(f"allocations {target.row}")
    for program in programs.values():
        program.close()

    counting = Program("c", LD_PRELOAD=str(COUNTER))
    for row in ROWS:
        if row.program == "c":
            measured.allocations[row.name] = counting.ask(f"allocations {row.name}")
    counting.close()
    return measured
