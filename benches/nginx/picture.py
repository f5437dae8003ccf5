"""The picture of docs/: requests a second as a share of plain nginx, for light and dark backgrounds."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from .load import Round, Target, ratio
from .page import plain
from .rows import GOAL, KINDS, PLAIN, ROWS

WIDTH, LABELS, BAR, GAP, TOP = 720, 280, 18, 12, 40
LONGEST = 1.1


def picture(measured: Sequence[Round], targets: Sequence[Target], machine: dict[str, object]) -> str:
    about = {row.name: row.about.replace("`", "") for row in ROWS}
    drawn: list[str] = []
    y = TOP
    for kind in KINDS:
        drawn.append(f'<text x="10" y="{y + 13}" class="title">{escape(kind)}</text>')
        y += BAR + 4
        for target in targets:
            if target.kind == kind and target.name != PLAIN:
                drawn += _bar(y, about[target.name], ratio(measured, target, plain(targets, kind)))
                y += BAR + 4
        y += GAP
    whole, goal = LABELS + _length(1), LABELS + _length(GOAL)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 40}" font-family="sans-serif"'
            ' font-size="12" role="img">',
            "<style>text { fill: #24292f } .title { font-weight: bold } .ours { fill: #2f81f7 }"
            " .other { fill: #9aa4af } .goal { stroke: #cf222e; stroke-dasharray: 4 }"
            " .whole { stroke: #59636e }"
            " @media (prefers-color-scheme: dark) { text { fill: #e6edf3 }"
            " .other { fill: #656c76 } }</style>",
            '<text x="10" y="20">Requests a second, as a share of nginx without the module</text>',
            *drawn,
            f'<line x1="{goal:.1f}" y1="30" x2="{goal:.1f}" y2="{y}" class="goal"/>',
            f'<line x1="{whole:.1f}" y1="30" x2="{whole:.1f}" y2="{y}" class="whole"/>',
            f'<text x="{goal:.1f}" y="{y + 14}" text-anchor="end">{GOAL:g}</text>',
            f'<text x="{whole:.1f}" y="{y + 14}">1</text>',
            f'<text x="10" y="{y + 32}">{escape(str(machine["cpu"]))}, {machine["cores"]} cores, '
            f"{escape(str(machine['nginx']))}</text>",
            "</svg>",
            "",
        ]
    )


def _bar(y: int, name: str, share: float) -> list[str]:
    length = _length(share)
    kind = "other" if "auth_request" in name else "ours"
    return [
        f'<text x="{LABELS - 8}" y="{y + 13}" text-anchor="end">{escape(name)}</text>',
        f'<rect x="{LABELS}" y="{y}" width="{length:.1f}" height="{BAR}" class="{kind}"/>',
        f'<text x="{LABELS + 8}" y="{y + 13}" style="fill: #fff">{share:.3f}</text>',
    ]


def _length(share: float) -> float:
    return (WIDTH - LABELS - 40) * min(share, LONGEST) / LONGEST
