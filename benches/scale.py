"""A million cached tokens: the memory that they take, and what a hit costs that is read from it."""

from __future__ import annotations

import inputs
import programs

PERCENTILES = ("mean", "p50", "p90", "p99", "p99.9", "p99.99")


def scale(count: int, machine: dict[str, object]) -> str:
    programs.build_scale()
    token_length = inputs.write(programs.INPUTS, count)
    found = programs.numbers(programs.SCALE_PROGRAM, count)
    return "\n".join(
        [
            "# Scale",
            "",
            f"{found['entries']:,.0f} distinct tokens of {token_length} bytes, all valid, are verified once",
            f"and cached; {found['evictions']:,.0f} of them were evicted. Then each is verified again, in a",
            f"random order: {found['hits']:,.0f} hits.",
            "",
            f"- A first verification, keeping included: {found['first_verification_mean']:,.0f} ns.",
            f"- Resident memory: {found['resident']:,.0f} bytes for each token, including places and slack;",
            f"  {found['resident'] * found['entries'] / 2**20:,.0f} MiB in all.",
            f"- Counted by the library: {found['counted']:,.0f} bytes for each.",
            f"- At most 2.2 times the token and 400: {2.2 * token_length + 400:,.0f} bytes.",
            "",
            "| ns | " + " | ".join(PERCENTILES) + " |",
            "|---|" + "--:|" * len(PERCENTILES),
            "| a hit, with two readings of the clock | " + _numbers(found, "hit"),
            "| two readings of the clock | " + _numbers(found, "clock"),
            "",
            "The token itself is in the processor's cache, as it is in a server that has just read it;",
            "its entry is not, and comes from memory.",
            "",
            *(f"- {name}: {value}" for name, value in machine.items()),
            "",
        ]
    )


def _numbers(found: dict[str, float], what: str) -> str:
    return " | ".join(f"{found[f'{what}_{percentile}']:,.0f}" for percentile in PERCENTILES) + " |"
