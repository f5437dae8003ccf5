"""The rows that are measured from Python."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import repeat
from pathlib import Path
from threading import Thread
from time import perf_counter_ns
from typing import Callable

from cfaccess import Keys, Verifier
from middlewares import prepare_middlewares
from peers import prepare_peers

BATCH = 16
"""How many runs there are between two readings of the clock."""

BESIDE = "python_verify_beside_a_busy_thread"


def nanoseconds(run: Callable[[], object], milliseconds: int) -> float:
    for _ in repeat(None, BATCH):
        run()
    runs, elapsed, begin = 0, 0, perf_counter_ns()
    while elapsed < milliseconds * 1_000_000:
        for _ in repeat(None, BATCH):
            run()
        runs += BATCH
        elapsed = perf_counter_ns() - begin
    return elapsed / runs


@contextmanager
def busy_thread() -> Iterator[None]:
    """A neighbour that never gives the interpreter away by itself."""
    over = False

    def spin() -> None:
        while not over:
            pass

    thread = Thread(target=spin)
    thread.start()
    try:
        yield
    finally:
        over = True
        thread.join()


def prepare(folder: Path) -> dict[str, Callable[[], object]]:
    token, document = (folder / "token").read_bytes(), (folder / "keys.json").read_bytes()
    team, audience = ((folder / name).read_text() for name in ("team", "audience"))
    keys = Keys.from_json(document)
    cold = Verifier(team=team, audiences=[audience], keys=keys, cache_entries=0)
    cached = Verifier(team=team, audiences=[audience], keys=keys)
    return {
        "python_verify": lambda: cold.verify(token),
        BESIDE: lambda: cold.verify(token),
        "python_hit": lambda: cached.verify(token).email,
        **prepare_middlewares(cached, token.decode()),
        **prepare_peers(folder),
    }


def main() -> None:
    rows = prepare(Path(sys.argv[1]))
    for line in sys.stdin:
        _, row, milliseconds = line.split()
        with busy_thread() if row == BESIDE else nullcontext():
            print(f"{nanoseconds(rows[row], int(milliseconds)):.2f}", flush=True)


main()
