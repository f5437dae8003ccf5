"""The module for nginx, in real nginx."""

from ..suite import Suite

ALL: list[Suite] = []
