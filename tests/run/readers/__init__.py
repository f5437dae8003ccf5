"""One reader for each format in which tests report their results."""

from .cargo import CargoTest
from .check import OneCheck, Silent
from .go import GoTest
from .lines import Lines
from .pytest import Pytest

__all__ = ["CargoTest", "GoTest", "Lines", "OneCheck", "Pytest", "Silent"]
