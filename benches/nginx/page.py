"""The tables, for people."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from .load import Round, Target, more, ratio
from .rows import GOAL, GOAL_ROWS, KINDS, PLAIN, ROWS


def page(
    measured: Sequence[Round], targets: Sequence[Target], machine: dict[str, object], without: Sequence[str]
) -> str:
    lines = [
        f"Measured {machine['date']}, commit {machine['commit']}: {machine['cpu']}, "
        f"{machine['cores']} cores, {machine['system']}, {machine['nginx']}. "
        f"Medians of {len(measured)} rounds.",
        "",
    ]
    for kind in KINDS:
        lines += _table(measured, [target for target in targets if target.kind == kind], kind)
    return "\n".join([*lines, *(f"Not measured: {name}." for name in without)]).rstrip() + "\n"


def missed(measured: Sequence[Round], targets: Sequence[Target]) -> list[str]:
    """The rows that are slower than they should be."""
    return [
        f"{target.name}, {target.kind}: {share:.3f} of plain nginx, not {GOAL:g}"
        for target in targets
        if target.name in GOAL_ROWS and (share := ratio(measured, target, plain(targets, target.kind))) < GOAL
    ]


def plain(targets: Sequence[Target], kind: str) -> Target:
    return next(target for target in targets if target.name == PLAIN and target.kind == kind)


def _table(measured: Sequence[Round], targets: Sequence[Target], kind: str) -> list[str]:
    about = {row.name: row.about for row in ROWS}
    base = plain(targets, kind)
    lines = [
        f"### {kind[0].upper()}{kind[1:]}" if kind != "proxy_pass" else "### `proxy_pass`",
        "",
        "| | requests a second | of plain nginx | µs of nginx a request | more | µs of its helpers |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for target in targets:
        samples = [one[target] for one in measured]
        rate = median(sample.rate for sample in samples)
        nginx, helpers = (median(times) / 1000 for times in zip(*((s.nginx, s.helpers) for s in samples)))
        share, added = ratio(measured, target, base), more(measured, target, base) / 1000
        lines.append(
            f"| {about[target.name]} | {rate:,.0f} | {share:.3f} | {nginx:.2f} | {added:+.2f} |"
            f" {f'{helpers:.2f}' if target.helpers else '-'} |"
        )
    return [*lines, ""]
