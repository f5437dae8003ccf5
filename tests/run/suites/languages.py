"""The examples in other languages."""

from __future__ import annotations

from ..builds import RELEASE
from ..needs import C
from ..suite import Suite
from .python import pytest, types

ALL: list[Suite] = [
    types("of the tests of other languages", "tests", "-p languages"),
    pytest("other languages", "languages", "tests", [C], [RELEASE]),
]
