"""Builds the programs, asks all of them about the same tokens, and prints what they answer."""

from __future__ import annotations

from collections.abc import Sequence

from programs import LIBRARY, ROOT, TOKENS, Failure, Program
from table import Comparison


def show(programs: Sequence[Program]) -> bool:
    """Whether all answers are the same."""
    if not LIBRARY.exists():
        raise Failure(f"missing: {LIBRARY.relative_to(ROOT)} (make build)")
    for program in programs:
        program.make()
    comparison = Comparison(names(), {program.language: program.answers() for program in programs})

    print("", *comparison.lines(), "", comparison.verdict(), sep="\n")
    return not comparison.different()


def names() -> list[str]:
    """The tokens, in their order."""
    lines = TOKENS.read_text(encoding="ascii").splitlines()
    return [line.split()[0] for line in lines if not line.startswith("#")]
