"""The groups of a person, as the library reads them from the custom claims."""

from __future__ import annotations

import json
from ctypes import byref

from ._library import holding_gil
from ._outcome import BYTES, LENGTH, OUT, STATUS, WORD, Outs, result, string

_groups_from_custom = holding_gil(STATUS, "cfaccess_groups_from_custom", BYTES, LENGTH, OUT, OUT)


def groups_from_custom(custom: str) -> tuple[str, ...] | None:
    """The groups; empty if there are none, and `None` if the custom claims do not tell."""
    text = custom.encode()
    outs = Outs()
    status = _groups_from_custom(text, len(text), outs, byref(outs, WORD))
    groups: list[str] | None = json.loads(string(result(status, outs)))
    return None if groups is None else tuple(groups)
