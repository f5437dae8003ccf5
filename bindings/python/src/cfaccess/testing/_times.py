"""Times relative to now."""

from __future__ import annotations

import re
from typing import Union

from .._arguments import wrong_type

Relative = Union[str, int]

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_FORM = re.compile(r"([+-]?)((?:[0-9]{1,9}[smhd])+)", re.ASCII)


def seconds(value: Relative, name: str) -> int:
    """`"-1h"`, `"+90s"`, `"1h30m"`, or a number of seconds."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str):
        raise wrong_type(name, "str or int", value)
    form = _FORM.fullmatch(value)
    if form is None:
        raise ValueError(f'{name}: {value!r} is not a time such as "-1h", "+90s" or "1h30m"')
    parts = re.findall(r"([0-9]+)([smhd])", form[2])
    total = sum(int(number) * _SECONDS[unit] for number, unit in parts)
    return -total if form[1] == "-" else total
