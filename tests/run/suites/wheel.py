"""The wheel and the sdist, as pip installs them."""

from ..suite import Suite

ALL: list[Suite] = []
