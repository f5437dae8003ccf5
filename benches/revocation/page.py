"""The tables, for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

HIT_RATIO, PROBE, BYTES, IN_FORCE, WRITE = 1.10, 60, 40, 2_000, 100


def page(measured: dict[str, Any], machine: dict[str, object]) -> str:
    lines = [
        f"Measured {machine['date']}, commit {machine['commit']}: {machine['cpu']}, "
        f"{machine['cores']} cores, {machine['system']}.",
        "",
    ]
    if "core" in measured:
        lines += _core(measured["core"])
    if measured.get("redis"):
        lines += _redis(measured["redis"])
    if "sqlite" in measured:
        lines += _sqlite(measured["sqlite"])
    return "\n".join(lines)


def _core(core: dict[str, Any]) -> list[str]:
    ratios, memory, renewal = core["ratios"], core["memory"], core["renewal"]
    size = (memory["loaded"] - memory["before"]) / memory["entries"]
    kept = (memory["renewed_often"] - memory["renewed_once"]) / 2**20
    hits = {
        "a hit, without entries": ratios["hit_empty"],
        "a hit, all entries": ratios["hit_full"],
        "a hit, polled store": ratios["hit_polled"],
        "a hit, polled store, fetched keys": ratios["hit_remote_keys_polled"],
    }
    rows = [
        *((name, ratio, f"{HIT_RATIO:g}", ratio <= HIT_RATIO, "x") for name, ratio in hits.items()),
        ("a look into all entries", core["probe"], f"{PROBE}", core["probe"] <= PROBE, "ns"),
        ("an entry in memory", size, f"{BYTES}", size <= BYTES, "bytes"),
        ("memory after 100 renewals", kept, "5", kept <= 5, "MiB more than after one"),
        (
            "the longest call during renewals",
            renewal["longest_ns"] / 1e6,
            "1",
            renewal["longest_ns"] < 1e6,
            "ms",
        ),
        *(
            (f"allocations of `{row}`", core["allocations"][row], "0", core["allocations"][row] == 0, "")
            for row in ("hit_full", "hit_polled", "hit_probing")
        ),
    ]
    noise = f"two verifiers that are alike differ by a factor of {ratios['hit_again']:.3f}"
    return [
        "## A hit",
        "",
        f"With {core['entries']:,} entries. A hit without revocations takes {core['times']['hit']:.1f} ns; "
        f"{noise}.",
        "",
        "| | measured | at most | |",
        "|---|--:|--:|---|",
        *(
            f"| {name} | {number:.3g} {unit} | {target} | {'met' if is_met else '**missed**'} |"
            for name, number, target, is_met, unit in rows
        ),
        "",
        f"During {renewal['renewals']:,} renewals of 1,000 entries each, one thread made "
        f"{renewal['calls']:,} calls: {renewal['calls_beyond_1_ms']} took a millisecond or more, the thread "
        f"was put aside by the scheduler {renewal['involuntary_switches']:,} times, and waited "
        f"{renewal['voluntary_switches']:,} times.",
        "",
        *_times(core),
    ]


def _times(core: dict[str, Any]) -> list[str]:
    counted = core["instructions"]
    return [
        "| row | ns | instructions |",
        "|---|--:|--:|",
        *(
            f"| `{row}` | {time:.1f} | {f'{counted[row]:,.0f}' if row in counted else '-'} |"
            for row, time in core["times"].items()
        ),
        "",
    ]


def _redis(redis: dict[str, Any]) -> list[str]:
    both = {"an empty store": redis["empty"], f"{redis['entries']:,} entries": redis["full"]}
    return [
        "## Redis under load",
        "",
        f"{redis['writers']} processes revoke {redis['rate']:,} times a second together, for "
        f"{redis['seconds']} s, while two threads of another process verify.",
        "",
        f"| | {' | '.join(both)} |",
        "|---|--:|--:|",
        *_load_rows(list(both.values())),
        "",
    ]


def _sqlite(sqlite: dict[str, Any]) -> list[str]:
    lines = [
        "## SQLite under load",
        "",
        f"{sqlite['writers']} processes write at a rate, for {sqlite['seconds']} s at each. A rate is "
        f"sustained if 99 of 100 writes take less than {WRITE} ms and all are made in time.",
        "",
        "| | asked, a second | reached | write p50 | p99 | longest | |",
        "|---|--:|--:|--:|--:|--:|---|",
    ]
    for name, climb in (("single", sqlite["single"]), (f"{sqlite['batch']} a write", sqlite["batched"])):
        for step in climb["steps"]:
            times = " | ".join(_milliseconds(time) for time in step["write"])
            sustained = "sustained" if step["sustained"] else "**not sustained**"
            lines.append(f"| {name} | {step['asked']:,} | {step['rate']:,.0f} | {times} | {sustained} |")
    lines += ["", "At 10 revocations a second:", "", "| | |", "|---|--:|"]
    return [*lines, *_load_rows([sqlite["delay"]]), ""]


def _load_rows(loads: list[dict[str, Any]]) -> list[str]:
    def memory(load: dict[str, Any]) -> str:
        before, during, after = (size / 2**20 for size in load["reader"]["memory"])
        return f"{before:.0f}, {during:.0f}, {after:.0f} MiB"

    def triple(times: list[float]) -> str:
        return ", ".join(_milliseconds(time) for time in times)

    rows: dict[str, Callable[[dict[str, Any]], str]] = {
        "revocations a second": lambda load: f"{load['rate']:,.0f}",
        "a write: half, 99 of 100, longest": lambda load: triple(load["write"]),
        "writes that failed": lambda load: str(load["failed"]),
        "from acknowledgement to first refusal: half, 99 of 100, longest": lambda load: triple(load["delay"]),
        f"within {IN_FORCE:,} ms": lambda load: "all" if _is_in_time(load) else "**not all**",
        "revoked tokens watched, never refused": lambda load: f"{load['revoked']:,}, {load['never_refused']}",
        "a hit: quiet, under load": lambda load: (
            f"{load['reader']['quiet_ns']:.0f}, {load['reader']['busy_ns']:.0f} ns"
        ),
        "the longest call": lambda load: _milliseconds(load["reader"]["longest_ns"]),
        "calls refused since the store was away": lambda load: str(load["reader"]["unavailable"]),
        "memory of the reader: before, in the middle, after": memory,
        "entries there at the end": lambda load: f"{load['reader']['entries']:,}",
    }
    return [f"| {name} | {' | '.join(show(load) for load in loads)} |" for name, show in rows.items()]


def _is_in_time(load: dict[str, Any]) -> bool:
    return bool(load["never_refused"] == 0 and load["delay"][2] <= IN_FORCE * 1e6)


def _milliseconds(nanoseconds: float) -> str:
    number = nanoseconds / 1e6
    return f"{number:.0f} ms" if number >= 10 else f"{number:.2f} ms"
