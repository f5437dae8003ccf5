"""What was measured, for people."""

from __future__ import annotations

from measure import Measured
from rows import ROWS, TARGETS, Row


def verdicts(measured: Measured) -> list[str]:
    """A line for each target."""
    lines = []
    for target in TARGETS:
        reached = measured.reached(target)
        lines.append(f"{'MET' if reached <= target.limit else 'MISSED'}: {target}: {reached:.4g}")
    return lines


def report(
    measured: Measured, instructions: dict[str, float], machine: dict[str, object], token_length: int
) -> str:
    return "\n".join(
        [
            "# Benchmark",
            "",
            f"A person's token of {token_length} bytes, signed with RSA-2048, verified anew each time.",
            f"{len(measured.rounds)} rounds; in each, every row is measured for {Row.milliseconds} ms, in an",
            "order that changes; beside a busy thread for longer, as threads take turns of 5 ms. Ratios and",
            "differences are taken within a round; medians over the rounds are shown. The floor is the bare",
            "check of the signature, and what is above it is the price of everything else.",
            "",
            "| row | what | median ns | quartiles | of the floor |",
            "|---|---|--:|--:|--:|",
            *_times(measured),
            "",
            "Rows from Go are compared with `go_floor_rsa`, all others with `floor_rsa`.",
            "",
            "## Targets",
            "",
            *(f"- {verdict}" for verdict in verdicts(measured)),
            "",
            "`abi_verify` is a verification through the C ABI, with Rust's allocations alone.",
            "",
            "## Counted",
            "",
            "All allocations, those of aws-lc included, and instructions under valgrind, whose processor is",
            "an older one.",
            "",
            "| row | allocations | instructions |",
            "|---|--:|--:|",
            *_counts(measured, instructions),
            "",
            "## Machine",
            "",
            *(f"- {name}: {value}" for name, value in machine.items()),
            "",
        ]
    )


def _times(measured: Measured) -> list[str]:
    lines = []
    for row in ROWS:
        first, third = measured.quartiles(row.name)
        ratio = measured.ratio(row.name, row.floor)
        lines.append(
            f"| `{row.name}` | {row.about} | {measured.median(row.name):,.0f} "
            f"| {first:,.0f} to {third:,.0f} | {ratio:.4f} |"
        )
    return lines


def _counts(measured: Measured, instructions: dict[str, float]) -> list[str]:
    lines = []
    for row in ROWS:
        if row.program == "c":
            counted = f"{instructions[row.name]:,.0f}" if row.name in instructions else "no valgrind"
            lines.append(f"| `{row.name}` | {measured.allocations[row.name]:.0f} | {counted} |")
    return lines
