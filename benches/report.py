"""What was measured, for people."""

from __future__ import annotations

from measure import ROUNDS_FOR_PEERS, Measured
from rows import FIRST_LOOKS, PEERS, REFUSALS, ROWS, SECOND_LOOKS, Row
from steps import Steps
from targets import TARGETS

INTRODUCTION = """\
# Benchmark

A person's token of {token_length} bytes, signed with RSA-2048. {rounds} rounds; in each, every row is
measured for {milliseconds} ms or more, in an order that changes; peers in one round of {rounds_for_peers}.
Ratios and differences are taken within a round; medians over the rounds are shown.
"""

FIRST = """
## First looks

Each verifies the token anew: the cache is off, so that nothing is remembered. `c_verify_kept` has it on, and
each of its tokens is new and kept, which costs the keeping too. The floor is the bare check of the signature,
and what is above it is the price of everything else. Rows from Go are compared with `go_floor_rsa`.
"""

REFUSED = """
## Refusals

With the cache on, as it is by default: a refusal is never kept.
"""

SECOND = """
## Second looks

The token was verified before. The floor is a table of one token that checks neither time nor key.
`c_hit_100000` goes through more memory than any processor caches, and each token of it is itself read from
memory.
"""

OTHERS = """
## Peers

Each verifies the same token with a key that is prepared once, the issuer and the audience checked, as its
documentation has it, and reads the e-mail. Only fast-jwt can remember tokens. Compared with the bare check.
"""

COUNTED = """
## Counted

All allocations, those of aws-lc included, and instructions under valgrind, whose processor is an older one:
there the signature costs more than it does here. They repeat where times do not.

| row | allocations | instructions |
|---|--:|--:|"""

MEMORY = """
## Memory

{entries:,.0f} tokens of {token_length} bytes take {resident:,.0f} bytes each of resident memory, places and
slack included; the library counts {counted:,.0f} bytes each.
"""

TABLE = """
| row | what | median ns | quartiles | of the floor |
|---|---|--:|--:|--:|"""


def verdicts(measured: Measured) -> list[str]:
    """A line for each target."""
    return [target.verdict(measured) for target in TARGETS]


def report(
    measured: Measured, instructions: dict[str, float], steps: Steps | None, machine: dict[str, object]
) -> str:
    introduction = INTRODUCTION.format(
        token_length=measured.token_length,
        rounds=len(measured.rounds),
        milliseconds=Row.milliseconds,
        rounds_for_peers=ROUNDS_FOR_PEERS,
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
            *_times(measured, FIRST_LOOKS),
            *(REFUSED + TABLE).split("\n"),
            *_times(measured, REFUSALS),
            *(SECOND + TABLE).split("\n"),
            *_times(measured, SECOND_LOOKS),
            *(OTHERS + TABLE).split("\n"),
            *_times(measured, PEERS),
            MEMORY.format(token_length=measured.token_length, **measured.scale),
            *COUNTED.lstrip("\n").split("\n"),
            *_counts(measured, instructions),
            *(steps.lines() if steps else []),
            "",
            "## Machine",
            "",
            *(f"- {name}: {value}" for name, value in machine.items()),
            "",
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


def _counts(measured: Measured, instructions: dict[str, float]) -> list[str]:
    lines = []
    for row in ROWS:
        if row.counted:
            counted = f"{instructions[row.name]:,.0f}" if row.name in instructions else "no valgrind"
            lines.append(f"| `{row.name}` | {measured.allocations[row.name]:.0f} | {counted} |")
    return lines
