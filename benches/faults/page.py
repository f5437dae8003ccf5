"""The tables, for people."""

from __future__ import annotations

from typing import Callable

from .count import LATE_SECONDS, Count
from .faults import FAULTS
from .libraries import Library

Counts = dict[str, dict[str, Count]]
"""By fault, then by library."""

NONE = "-"

DETAILS: dict[str, Callable[[Count], str]] = {
    "before": lambda one: _phase(one, "before"),
    "during": lambda one: _phase(one, "during"),
    "after": lambda one: _phase(one, "after"),
    "lost": lambda one: str(one.lost),
    "late": lambda one: str(one.held_back),
    "fetches": lambda one: str(one.fetches),
    "known ms": lambda one: _milliseconds(one.longest_wait_known),
    "new ms": lambda one: _milliseconds(one.longest_wait_new),
    "MiB": lambda one: f"{one.memory / 2**20:.0f}",
    "machine ms": lambda one: _milliseconds(one.stall),
}


def tables(counts: Counts, libraries: list[Library], machine: dict[str, object], seconds: float) -> str:
    return "\n".join(
        [
            f"One run of {seconds / 60:.0f} minutes, {machine['date']}: {machine['cpu']}, "
            f"{machine['cores']} cores, {machine['system']}; Python {machine['python']}, "
            f"{machine['go']}, Node {machine['node']}; "
            + ", ".join(f"{library.name} {library.version}" for library in libraries)
            + ".",
            "",
            "### Good requests that were served",
            "",
            f"Late ones were served more than {LATE_SECONDS * 1000:.0f} ms after they came.",
            "",
            *_by_library(counts, libraries, _served),
            "",
            "### A key that was needed before everybody could have fetched it",
            "",
            "From when the endpoint began to hand it out to the first accepted token of it, in milliseconds.",
            "",
            *_by_library(counts, libraries, lambda one: _milliseconds(one.until_served), only_told=True),
            "",
            "### Tokens of a removed key that were accepted",
            "",
            "Those that came when every library that looks by itself had had the time to.",
            "",
            *_by_library(counts, libraries, _removed_accepted, only_told=True),
            "",
            "### In detail",
            "",
            "Good requests served by phase, and lost or late in all of them; connections that the endpoint",
            "saw (refused ones show only at the proxy, which leads cfaccess there); the longest wait of a",
            "good request with a known and with a new key; the peak memory of the process; and how late a",
            "thread of the measuring that only sleeps woke up at most, the machine's own share in a wait.",
            "",
            *_details(counts, libraries),
            "",
            "### Why good requests were lost",
            "",
            "The most frequent reasons, as the library names them.",
            "",
            *_reasons(counts, libraries),
        ]
    )


def _by_library(
    counts: Counts, libraries: list[Library], tell: Callable[[Count], str], only_told: bool = False
) -> list[str]:
    lines = [
        _row("fault", *(library.name for library in libraries)),
        _row("---", *("--:" for _ in libraries)),
    ]
    for fault in FAULTS:
        told = [tell(counts[fault.name][library.name]) for library in libraries]
        if not only_told or any(one != NONE for one in told):
            lines.append(_row(fault.about, *told))
    return lines


def _details(counts: Counts, libraries: list[Library]) -> list[str]:
    lines = [_row("fault", "library", *DETAILS), _row("---", "---", *("--:" for _ in DETAILS))]
    for fault in FAULTS:
        for library in libraries:
            one = counts[fault.name][library.name]
            lines.append(_row(fault.about, library.name, *(tell(one) for tell in DETAILS.values())))
    return lines


def _reasons(counts: Counts, libraries: list[Library]) -> list[str]:
    lines = []
    for fault in FAULTS:
        for library in libraries:
            reasons = counts[fault.name][library.name].reasons
            if reasons:
                told = "; ".join(f"{often} times `{reason}`" for reason, often in reasons.items())
                lines.append(_row(fault.about, library.name, told))
    if not lines:
        return ["None was."]
    return [_row("fault", "library", "reasons"), _row("---", "---", "---"), *lines]


def _served(one: Count) -> str:
    late = f", {one.held_back} late" if one.held_back else ""
    return f"{one.served} of {one.good}{late}" if one.lost else f"all {one.good}{late}"


def _phase(one: Count, name: str) -> str:
    for phase in one.phases:
        if phase.name == name and phase.good:
            return f"{phase.served} of {phase.good}"
    return NONE


def _removed_accepted(one: Count) -> str:
    return NONE if one.removed_accepted is None else str(one.removed_accepted)


def _milliseconds(seconds: float | None) -> str:
    if seconds is None:
        return NONE
    return f"{seconds * 1000:.{1 if seconds < 0.01 else 0}f}"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
