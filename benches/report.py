"""The report, for people."""

from __future__ import annotations

from measure import LIVED_THREADS, SELDOM, Measured
from rows import CACHE_HITS, FIRST_VERIFICATIONS, PEERS, REFUSALS, ROWS, SERVERS, Row
from steps import Steps
from targets import SERVER_TARGETS, TARGETS, Target

INTRODUCTION = """\
# Benchmark

A person's token of {token_length} bytes, signed with RSA-2048. {rounds} rounds; in each, every row is
measured for {milliseconds} ms or more, in an order that changes; peers and servers in one round of {seldom}.
Ratios and differences are taken within a round; medians over the rounds are shown.
"""

FIRST = """
## First verifications

Each verifies the token anew: the cache is off. `c_verify_kept` has it on, and each of its tokens is new and
kept, so keeping is measured too. The floor is the bare check of the signature, and what is above it is the
price of everything else. Rows from Go are compared with `go_floor_rsa`.
"""

REFUSED = """
## Refusals

With the cache on, as it is by default: a refusal is never kept.
"""

SECOND = """
## Cache hits

The token was verified before. The floor is a table of one token that checks neither time nor key.
`c_hit_100000` reads more memory than any processor caches, and each of its tokens is itself read from
memory.
"""

OTHERS = """
## Peers

Each verifies the same token with a key that is prepared once, the issuer and the audience checked, as its
documentation recommends, and reads the e-mail. Only fast-jwt can cache tokens. Compared with the bare check.
"""

SERVED = """
## Requests a second

Servers with one process and an application that does nothing, asked by clients in parallel for the same page
with the token in 12 headers, which was verified before. The ratio is the median of those within a round.

| | without the middleware | with it | ratio |
|---|--:|--:|--:|"""

COUNTED = """
## Counted

All allocations, including those of aws-lc, and instructions under valgrind, which emulates an older
processor: there the signature costs more than it does here. Counts are reproducible where times are not.

| row | allocations | instructions |
|---|--:|--:|"""

MEMORY = """
## Memory

{entries:,.0f} tokens of {token_length} bytes take {resident:,.0f} bytes each of resident memory, places and
slack included; the library counts {counted:,.0f} bytes each.
"""

LIVED = """
## After {threads:,} threads

What the cache costs in a process in which {threads:,} threads were alive at once, and are not any more.

| | before, ns | after, ns | ratio |
|---|--:|--:|--:|"""
LIVED_ROWS = {
    "kept": "C, a first verification in a full cache",
    "hit": "C, a cache hit",
    "free": "C, `cfaccess_verifier_free` of a verifier that has verified one token",
}

TABLE = """
| row | what | median ns | quartiles | of the floor |
|---|---|--:|--:|--:|"""


def verdicts(measured: Measured, targets: list[Target] = TARGETS) -> list[str]:
    """A line for each target."""
    return [target.verdict(measured) for target in targets]


def servers_report(measured: Measured, machine: dict[str, object]) -> str:
    """The report of the servers alone."""
    return "\n".join(
        [
            "# Servers",
            "",
            f"{len(measured.rounds)} rounds, {measured.rows[0].milliseconds} ms for each server in a round.",
            "",
            *(f"- {verdict}" for verdict in verdicts(measured, SERVER_TARGETS)),
            *_served(measured),
            *_machine(machine),
        ]
    )


def report(
    measured: Measured, instructions: dict[str, float], steps: Steps | None, machine: dict[str, object]
) -> str:
    introduction = INTRODUCTION.format(
        token_length=measured.token_length,
        rounds=len(measured.rounds),
        milliseconds=Row.milliseconds,
        seldom=SELDOM,
    )
    return "\n".join(
        [
            introduction,
            "## Targets",
            "",
            *(f"- {verdict}" for verdict in verdicts(measured)),
            "",
            "`abi_verify` is a verification through the C ABI, with Rust's allocations alone.",
            *(FIRST + TABLE).split("\n"),
            *_times(measured, FIRST_VERIFICATIONS),
            *(REFUSED + TABLE).split("\n"),
            *_times(measured, REFUSALS),
            *(SECOND + TABLE).split("\n"),
            *_times(measured, CACHE_HITS),
            *(OTHERS + TABLE).split("\n"),
            *_times(measured, PEERS),
            *_served(measured),
            MEMORY.format(token_length=measured.token_length, **measured.scale),
            *LIVED.format(threads=LIVED_THREADS).split("\n"),
            *_after_threads(measured.lived),
            "",
            *COUNTED.lstrip("\n").split("\n"),
            *_counts(measured, instructions),
            *(steps.lines() if steps else []),
            *_machine(machine),
        ]
    )


def _times(measured: Measured, rows: list[Row]) -> list[str]:
    lines = []
    for row in rows:
        if not measured.has(row.name):
            lines.append(f"| `{row.name}` | {row.about} | not measured | | |")
            continue
        first, third = measured.quartiles(row.name)
        ratio = measured.ratio(row.name, row.floor)
        lines.append(
            f"| `{row.name}` | {row.about} | {measured.median(row.name):,.0f} "
            f"| {first:,.0f} to {third:,.0f} | {ratio:.4g} |"
        )
    return lines


def _served(measured: Measured) -> list[str]:
    lines = SERVED.split("\n")
    for bare, guarded in SERVERS.values():
        without, with_it = (1e9 / measured.median(row.name) for row in (bare, guarded))
        ratio = measured.ratio(bare.name, guarded.name)
        lines.append(f"| {bare.about} | {without:,.0f} | {with_it:,.0f} | {ratio:.3f} |")
    return lines


def _machine(machine: dict[str, object]) -> list[str]:
    return ["", "## Machine", "", *(f"- {name}: {value}" for name, value in machine.items()), ""]


def _after_threads(lived: dict[str, float]) -> list[str]:
    lines = []
    for row, about in LIVED_ROWS.items():
        before, after = lived[f"{row}_before"], lived[f"{row}_after"]
        lines.append(f"| {about} | {before:,.0f} | {after:,.0f} | {after / before:.4g} |")
    return lines


def _counts(measured: Measured, instructions: dict[str, float]) -> list[str]:
    lines = []
    for row in ROWS:
        if row.counted:
            counted = f"{instructions[row.name]:,.0f}" if row.name in instructions else "no valgrind"
            lines.append(f"| `{row.name}` | {measured.allocations[row.name]:.0f} | {counted} |")
    return lines
