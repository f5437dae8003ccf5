"""What a header `Accept` asks for, by the grammar of RFC 9110 section 12.5.1: a part of the oracle."""

from __future__ import annotations

import re

TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_QUOTED = r'"(?:[\t !#-\[\]-~\x80-\xff]|\\[\t -~\x80-\xff])*"'
_RANGE = re.compile(rf"({TOKEN}/{TOKEN})((?:[ \t]*;[ \t]*(?:{TOKEN}=(?:{TOKEN}|{_QUOTED}))?)*)")
_ITEM = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*(?:"|\Z))+')


def media_ranges(accept: str) -> list[tuple[str, float]]:
    """Those that RFC 9110 has a grammar for, each with its weight."""
    found = []
    for item in _ITEM.findall(accept):
        matched = _RANGE.fullmatch(item.strip(" \t"))
        if not matched or re.match(r"\*/[^*]", matched[1]):
            continue
        parameters = re.findall(rf"({TOKEN})=({TOKEN}|{_QUOTED})", matched[2])
        weights = [value for name, value in parameters if name.lower() == "q"] or ["1"]
        if len(weights) == 1 and re.fullmatch(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?", weights[0]):
            found.append((matched[1].lower(), float(weights[0])))
    return found


def weight(accept: str, kind: str) -> float:
    ranges = media_ranges(accept)
    for name in (kind, kind.partition("/")[0] + "/*", "*/*"):
        for other, quality in ranges:
            if other == name:
                return quality
    return 0.0
