"""The examples in other languages."""

from ..suite import Suite

ALL: list[Suite] = []
