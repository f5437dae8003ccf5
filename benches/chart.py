"""The chart of docs/: bars on a logarithmic scale, for light and dark backgrounds."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from xml.sax.saxutils import escape

from measure import Measured


@dataclass(frozen=True)
class Bar:
    row: str
    label: str
    kind: str = "peer"


@dataclass(frozen=True)
class Group:
    title: str
    bars: tuple[Bar, ...]


GROUPS = (
    Group(
        "A token that was seen before",
        (
            Bar("floor_hit", "bare table lookup", "floor"),
            Bar("c_lookup", "cfaccess, C: lookup", "ours"),
            Bar("c_hit", "cfaccess, C", "ours"),
            Bar("rust_hit", "cfaccess, Rust", "ours"),
            Bar("go_hit", "cfaccess, Go", "ours"),
            Bar("python_hit", "cfaccess, Python", "ours"),
            Bar("fast_jwt_cached", "fast-jwt with its cache, Node"),
        ),
    ),
    Group(
        "A token that is new, or any token where nothing is remembered",
        (
            Bar("floor_rsa", "bare RSA check, aws-lc", "floor"),
            Bar("c_verify", "cfaccess, C", "ours"),
            Bar("rust_verify", "cfaccess, Rust", "ours"),
            Bar("go_verify", "cfaccess, Go", "ours"),
            Bar("python_verify", "cfaccess, Python", "ours"),
            Bar("jsonwebtoken", "jsonwebtoken, Rust"),
            Bar("libjwt", "libjwt, C (key as PEM)"),
            Bar("golang_jwt", "golang-jwt, Go"),
            Bar("go_jose", "go-jose, Go"),
            Bar("jwx", "lestrrat-go/jwx, Go"),
            Bar("go_oidc", "go-oidc, Go"),
            Bar("pyjwt", "PyJWT, Python"),
            Bar("joserfc", "joserfc, Python"),
            Bar("fast_jwt", "fast-jwt, Node"),
            Bar("aws_jwt_verify", "aws-jwt-verify, Node"),
            Bar("jose", "jose, Node"),
        ),
    ),
)
VERSIONS = (
    "rustc",
    "python",
    "go",
    "node",
    "aws-lc-rs",
    "jsonwebtoken",
    "libjwt",
    "golang-jwt",
    "go-jose",
    "jwx",
    "go-oidc",
    "pyjwt",
    "joserfc",
    "fast-jwt",
    "aws-jwt-verify",
    "jose",
)
TITLE = "Verifying an Access token: time for one, the shorter the better"
SUBTITLE = "Logarithmic: each line is ten times the one before it. Dashed: floors, which check nothing else."
WIDTH, LEFT, RIGHT = 860, 230, 70
ROW, BAR, HEADING, TOP = 23, 15, 44, 66
LINE = 17
CHARACTERS = 118
"""So many fit into a line below the chart."""

STYLE = """
  text { font: 13px system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; fill: #1f2328;
    paint-order: stroke; stroke: #ffffff; stroke-width: 4px; stroke-linejoin: round }
  .ground { fill: #ffffff } .line { stroke: #d1d9e0 }
  .title { font-size: 17px; font-weight: 600 } .group { font-weight: 600 }
  .faint { fill: #59636e; font-size: 12px } .label { text-anchor: end } .tick { text-anchor: middle }
  .ours { fill: #0969da } .peer { fill: #9aa4af }
  .floor { fill: none; stroke: #59636e; stroke-dasharray: 3 2 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; stroke: #0d1117 } .faint { fill: #9198a1 }
    .ground { fill: #0d1117 } .line { stroke: #2f3742 }
    .ours { fill: #4493f8 } .peer { fill: #656c76 } .floor { stroke: #9198a1 }
  }
"""


def chart(measured: Measured, machine: dict[str, object]) -> str:
    groups = [(group, _sorted(group, measured)) for group in GROUPS]
    times = [measured.median(bar.row) for _, bars in groups for bar in bars]
    scale = _Scale(math.floor(math.log10(min(times))), math.ceil(math.log10(max(times))))

    drawn: list[str] = []
    y = TOP
    for group, bars in groups:
        drawn.append(f'<text class="group" x="24" y="{y + 28}">{escape(group.title)}</text>')
        y += HEADING
        for bar in bars:
            drawn += _bar(bar, measured.median(bar.row), y, scale)
            y += ROW
    notes = _notes(machine, len(measured.rounds))
    height = y + 44 + LINE * len(notes)
    below = [
        f'<text class="faint" x="24" y="{y + 44 + LINE * number}">{escape(note)}</text>'
        for number, note in enumerate(notes)
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}"'
            f' height="{height}" role="img" aria-label="{TITLE}">',
            f"<style>{STYLE}</style>",
            f'<rect class="ground" width="{WIDTH}" height="{height}" rx="8"/>',
            f'<text class="title" x="24" y="36">{TITLE}</text>',
            f'<text class="faint" x="24" y="56">{SUBTITLE}</text>',
            *_ticks(scale, y),
            *drawn,
            *below,
            "</svg>",
            "",
        ]
    )


@dataclass(frozen=True)
class _Scale:
    """Powers of ten of nanoseconds."""

    first: int
    last: int

    def x(self, nanoseconds: float) -> float:
        share = (math.log10(nanoseconds) - self.first) / (self.last - self.first)
        return LEFT + share * (WIDTH - LEFT - RIGHT)


def _sorted(group: Group, measured: Measured) -> list[Bar]:
    bars = [bar for bar in group.bars if measured.has(bar.row)]
    return sorted(bars, key=lambda bar: measured.median(bar.row))


def _bar(bar: Bar, nanoseconds: float, y: int, scale: _Scale) -> list[str]:
    end = scale.x(nanoseconds)
    middle = y + BAR - 3
    return [
        f'<text class="label" x="{LEFT - 8}" y="{middle}">{escape(bar.label)}</text>',
        f'<rect class="{bar.kind}" x="{LEFT}" y="{y}" width="{end - LEFT:.1f}" height="{BAR}" rx="2"/>',
        f'<text x="{end + 6:.1f}" y="{middle}">{_time(nanoseconds)}</text>',
    ]


def _ticks(scale: _Scale, bottom: int) -> list[str]:
    lines = []
    for power in range(scale.first, scale.last + 1):
        x = scale.x(10.0**power)
        lines.append(f'<path class="line" d="M{x:.1f} {TOP + 12}V{bottom}"/>')
        lines.append(f'<text class="faint tick" x="{x:.1f}" y="{bottom + 16}">{_time(10.0**power)}</text>')
    return lines


def _time(nanoseconds: float) -> str:
    for unit, size in (("ms", 1e6), ("µs", 1e3), ("ns", 1.0)):
        number = nanoseconds / size
        if number >= 1:
            return (
                f"{number:.0f} {unit}"
                if number >= 99.5 or number == round(number)
                else f"{number:.3g} {unit}"
            )
    return f"{nanoseconds:.2f} ns"


def _notes(machine: dict[str, object], rounds: int) -> list[str]:
    where = f"{machine['cpu']}, {machine['cores']} cores, {machine['system']}"
    when = (
        f"{str(machine['date'])[:10]}, commit {machine['commit']}: medians of {rounds:,} rounds of make bench"
    )
    versions = [f"{name} {_number(str(machine[name]))}" for name in VERSIONS]
    return [*_wrapped([where, when]), *_wrapped(versions)]


def _number(version: str) -> str:
    """Without the words that some compilers put around it."""
    found = re.search(r"\d+(\.\d+)+", version)
    return found[0] if found else version


def _wrapped(parts: list[str]) -> list[str]:
    lines = [""]
    for part in parts:
        longer = f"{lines[-1]} · {part}" if lines[-1] else part
        if len(longer) <= CHARACTERS:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines
