"""Runs every fault against every library: target/bench/faults.json, faults.md, the tables of docs/faults.md.

It fails if this library loses or holds back a good request. Arguments choose faults; nothing is written then.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import asdict

from machine import machine
from marks import write_between_marks

from . import libraries, tokens
from .count import LATE_SECONDS, Count, count
from .faults import FAULTS, Fault
from .libraries import OUT, ROOT, Library
from .page import Counts, tables
from .run import Run
from .tokens import Tokens

TRIES = 3


def main(names: list[str]) -> int:
    unknown = set(names) - {fault.name for fault in FAULTS}
    if unknown:
        print(f"faults: not a fault: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    measured = libraries.build()
    sent = tokens.write(libraries.BUILT)
    begin = time.monotonic()
    counts: Counts = {}
    for fault in FAULTS:
        if not names or fault.name in names:
            counts[fault.name] = {library.name: suffer(fault, library, sent) for library in measured}
    if not names:
        write(counts, measured, time.monotonic() - begin)
    return verdict(counts, measured)


def suffer(fault: Fault, library: Library, sent: Tokens) -> Count:
    """Again while the machine itself holds up the measuring; the calmest run counts, whatever came of it."""
    tried: list[Count] = []
    while len(tried) < TRIES:
        tried.append(once(fault, library, sent))
        if tried[-1].stall < LATE_SECONDS:
            break
    calmest = min(tried, key=lambda one: one.stall)
    late = f", {calmest.held_back} late" if calmest.held_back else ""
    again = f" (tried {len(tried)} times)" if len(tried) > 1 else ""
    print(f"{fault.name:20} {library.name:9} {calmest.served} of {calmest.good}{late}{again}", flush=True)
    return calmest


def once(fault: Fault, library: Library, sent: Tokens) -> Count:
    run = Run(library, sent)
    try:
        fault.happens(run)
    finally:
        run.close()
    return count(run.record)


def write(counts: Counts, measured: list[Library], seconds: float) -> None:
    about_machine = {**machine(), "node": _node_version()}
    about_machine.update({library.name: library.version for library in measured})
    told = {
        "machine": about_machine,
        "faults": {
            fault: {name: {**asdict(one), "lost": one.lost} for name, one in by_library.items()}
            for fault, by_library in counts.items()
        },
    }
    text = tables(counts, measured, about_machine, seconds)
    (OUT / "faults.json").write_text(json.dumps(told, indent=2) + "\n")
    (OUT / "faults.md").write_text(f"# Faults of the key endpoint\n\n{text}\n")
    write_between_marks(ROOT / "docs" / "faults.md", "faults", text)
    print(f"see {OUT / 'faults.md'}")


def verdict(counts: Counts, measured: list[Library]) -> int:
    missed = [
        fault
        for fault, by_library in counts.items()
        for library in measured
        if library.is_measured_by_target and not by_library[library.name].meets_target
    ]
    about = "no good request of this library lost or held back, no bad one served"
    print(f"MISSED: {about}: {', '.join(missed)}" if missed else f"MET: {about}")
    return 1 if missed else 0


def _node_version() -> str:
    return subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()


sys.exit(main(sys.argv[1:]))
