"""Measures the library beside its peers: target/bench/report.md, report.json and machine.json.

ROUNDS=n changes how many rounds are measured.
"""

from __future__ import annotations

import json
import os

import inputs
import programs
from instructions import instructions
from machine import machine
from measure import measure
from report import report, verdicts
from rows import ROWS


def main() -> None:
    programs.OUT.mkdir(parents=True, exist_ok=True)
    about_machine = machine()
    programs.build()
    token_length = inputs.write(programs.ROOT / "tests" / "vectors", programs.INPUTS)
    measured = measure(int(os.environ.get("ROUNDS", "1500")))

    medians = {row.name: round(measured.median(row.name), 2) for row in ROWS if row.recorded}
    _write("report.json", json.dumps(medians, indent=2) + "\n")
    _write("machine.json", json.dumps(about_machine, indent=2) + "\n")
    _write("report.md", report(measured, instructions(), about_machine, token_length))
    print("\n".join(verdicts(measured)))
    print(f"see {programs.OUT / 'report.md'}")


def _write(name: str, text: str) -> None:
    (programs.OUT / name).write_text(text)


main()
