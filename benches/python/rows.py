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

import jwt
from cfaccess import Keys, Verifier
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

BATCH = 16
"""How many runs lie between two looks at the clock."""

BESIDE = "python_first_look_beside_a_busy_thread"


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


class FirstLooks:
    """Verifies one token after the other. A verifier that has seen all of them is replaced."""

    def __init__(self, tokens: list[bytes], new_verifier: Callable[[], Verifier]) -> None:
        self._tokens, self._new_verifier = tokens, new_verifier
        self._left: list[bytes] = []

    def __call__(self) -> None:
        if not self._left:
            self._left = self._tokens.copy()
            self._verifier = self._new_verifier()
        self._verifier.verify(self._left.pop())


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
    team, issuer, audience = ((folder / name).read_text() for name in ("team", "issuer", "audience"))
    keys = Keys.from_json(document)

    def new_verifier() -> Verifier:
        return Verifier(team=team, audiences=[audience], keys=keys)

    verifier = new_verifier()
    first_looks = FirstLooks((folder / "tokens").read_bytes().splitlines(), new_verifier)
    key = jwt.PyJWKSet.from_json(document.decode()).keys[0].key
    assert isinstance(key, RSAPublicKey)
    algorithms = ["RS256"]
    return {
        "python_verify": lambda: verifier.verify(token),
        "python_first_look": first_looks,
        BESIDE: first_looks,
        "pyjwt": lambda: jwt.decode(token, key, algorithms=algorithms, audience=audience, issuer=issuer),
    }


def main() -> None:
    rows = prepare(Path(sys.argv[1]))
    for line in sys.stdin:
        _, row, milliseconds = line.split()
        with busy_thread() if row == BESIDE else nullcontext():
            print(f"{nanoseconds(rows[row], int(milliseconds)):.2f}", flush=True)


main()
