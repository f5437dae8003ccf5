"""Measures the library next to its peers: report.md, report.json and machine.json in target/bench/, and the
chart in docs/.

usage: python benches [scale | servers]

ROUNDS=n changes how many rounds are measured. `scale` measures a million cached tokens, or TOKENS=n:
target/bench/scale.md. `servers` measures the requests a second of servers alone: target/bench/servers.md.
"""

from __future__ import annotations

import json
import os
import sys

import inputs
import programs
from chart import chart
from instructions import instructions
from machine import machine
from measure import measure, measure_servers
from report import report, servers_report, verdicts
from rows import ROWS
from scale import scale
from steps import steps
from targets import SERVER_TARGETS


def main(arguments: list[str]) -> int:
    programs.OUT.mkdir(parents=True, exist_ok=True)
    if arguments == ["scale"]:
        _write("scale.md", scale(int(os.environ.get("TOKENS", "1000000")), machine()))
        return 0
    if arguments == ["servers"]:
        _servers()
        return 0
    if arguments:
        print(__doc__, file=sys.stderr)
        return 2
    _bench()
    return 0


def _bench() -> None:
    about_machine = machine()
    programs.build()
    token_length = inputs.write(programs.INPUTS)
    measured = measure(int(os.environ.get("ROUNDS", "1500")), token_length)

    recorded = [row.name for row in ROWS if row.recorded and measured.has(row.name)]
    medians = {row: round(measured.median(row), 2) for row in recorded}
    _write("report.json", json.dumps(medians, indent=2) + "\n")
    _write("machine.json", json.dumps(about_machine, indent=2) + "\n")
    _write("report.md", report(measured, instructions(), steps(), about_machine))
    picture = programs.ROOT / "docs" / "benchmarks.svg"
    picture.parent.mkdir(exist_ok=True)
    picture.write_text(chart(measured, about_machine))
    print("\n".join(verdicts(measured)))
    print(f"the chart is {picture}")


def _servers() -> None:
    programs.build_load()
    token_length = inputs.write(programs.INPUTS, cached=1)
    measured = measure_servers(int(os.environ.get("ROUNDS", "300")), token_length)
    _write("servers.md", servers_report(measured, machine()))
    print("\n".join(verdicts(measured, SERVER_TARGETS)))


def _write(name: str, text: str) -> None:
    (programs.OUT / name).write_text(text)
    print(f"see {programs.OUT / name}")


sys.exit(main(sys.argv[1:]))
