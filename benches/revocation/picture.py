"""The picture of docs/: from an acknowledgement to the first refusal, for light and dark backgrounds."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

WIDTH, LABELS, BAR, GAP = 720, 250, 18, 10
LONGEST = 2_000
NAMES = ("half", "99 of 100", "longest")


def picture(measured: dict[str, Any], machine: dict[str, object]) -> str:
    groups = []
    if measured.get("redis"):
        redis = measured["redis"]
        groups += [("Redis", redis["empty"]), (f"Redis, {redis['entries']:,} entries", redis["full"])]
    groups.append(("SQLite", measured["sqlite"]["delay"]))
    bars: list[str] = []
    y = 40
    for title, load in groups:
        label = f"{escape(title)}, {load['rate']:,.0f} a second"
        bars.append(f'<text x="10" y="{y + 13}" class="title">{label}</text>')
        for name, delay in zip(NAMES, load["delay"]):
            bars += _bar(y, name, delay / 1e6)
            y += BAR + 4
        y += GAP
    promise = LABELS + _length(LONGEST)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 30}" font-family="sans-serif"'
            ' font-size="12">',
            "<style>text { fill: #24292f } .title { font-weight: bold } .bar { fill: #2f81f7 }"
            " .promise { stroke: #cf222e; stroke-dasharray: 4 }"
            " @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } }</style>",
            '<text x="10" y="20">From an acknowledgement to the first refusal in another process</text>',
            *bars,
            f'<line x1="{promise}" y1="30" x2="{promise}" y2="{y}" class="promise"/>',
            f'<text x="{promise}" y="{y + 14}" text-anchor="end">2 s</text>',
            f'<text x="10" y="{y + 14}">{escape(str(machine["cpu"]))}, {machine["cores"]} cores</text>',
            "</svg>",
            "",
        ]
    )


def _bar(y: int, name: str, milliseconds: float) -> list[str]:
    length = _length(milliseconds)
    return [
        f'<text x="{LABELS - 8}" y="{y + 13}" text-anchor="end">{name}</text>',
        f'<rect x="{LABELS}" y="{y}" width="{length:.1f}" height="{BAR}" class="bar"/>',
        f'<text x="{LABELS + length + 6:.1f}" y="{y + 13}">{milliseconds:,.0f} ms</text>',
    ]


def _length(milliseconds: float) -> float:
    return (WIDTH - LABELS - 70) * min(milliseconds, 1.2 * LONGEST) / (1.2 * LONGEST)
