"""One text with the notices of everything that is linked into one of our packages."""

from __future__ import annotations

import textwrap

from . import licences
from .crates import linked
from .licences import Work

RULE = "=" * 80


def notices(package: str, zig: bool) -> str:
    works = [licences.of_crate(crate) for crate in linked(package)]
    works += licences.of_standard_library()
    if zig:
        works += licences.of_zig()
    return "\n".join([*head(works), *texts(works)])


def head(works: list[Work]) -> list[str]:
    lines = [
        "What others wrote and is part of this software, under which licences it stands, and their texts.",
        "",
    ]
    return lines + [f"{work.name}: {work.licence}" for work in works] + [""]


def texts(works: list[Work]) -> list[str]:
    """Each text once, below the names of all that it belongs to. Texts may differ in their blanks."""
    users: dict[str, list[str]] = {}
    shown: dict[str, str] = {}
    for work in works:
        for text in work.texts:
            key = " ".join(text.split())
            shown.setdefault(key, text)
            if work.name not in users.setdefault(key, []):
                users[key].append(work.name)
    lines = []
    for key, names in users.items():
        lines += [RULE, *textwrap.wrap(", ".join(names), width=80, break_on_hyphens=False), RULE, ""]
        lines += [line.rstrip() for line in shown[key].strip("\n").splitlines()] + [""]
    return lines
