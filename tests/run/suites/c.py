"""Programs that use the header and the shared library."""

import sys

from ..needs import BUILT, C
from ..readers import Lines
from ..suite import Suite

TESTS = [Suite("programs", "C", [sys.executable, "tests/c/run.py"], Lines, [C, BUILT])]
