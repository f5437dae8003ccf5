"""The rows that are measured from Python."""

from __future__ import annotations

import sys
from itertools import repeat
from pathlib import Path
from time import perf_counter_ns
from typing import Callable

import jwt
from cfaccess import Keys, Verifier
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

BATCH = 16
"""How many runs lie between two looks at the clock."""


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


def prepare(folder: Path) -> dict[str, Callable[[], object]]:
    token, document = (folder / "token").read_bytes(), (folder / "keys.json").read_bytes()
    team, issuer, audience = ((folder / name).read_text() for name in ("team", "issuer", "audience"))
    now = int((folder / "now").read_text())
    verifier = Verifier(team=team, audiences=[audience], keys=Keys.from_json(document))
    key = jwt.PyJWKSet.from_json(document.decode()).keys[0].key
    assert isinstance(key, RSAPublicKey)
    algorithms = ["RS256"]
    return {
        "python_verify": lambda: verifier.verify(token, now=now),
        "pyjwt": lambda: jwt.decode(token, key, algorithms=algorithms, audience=audience, issuer=issuer),
    }


def main() -> None:
    rows = prepare(Path(sys.argv[1]))
    for line in sys.stdin:
        _, row, milliseconds = line.split()
        print(f"{nanoseconds(rows[row], int(milliseconds)):.2f}", flush=True)


main()
