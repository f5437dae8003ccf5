"""Programs that use the header and the shared library, and whatever else is written in C."""

import sys

from ..builds import LIBRARIES
from ..needs import CLANG_FORMAT, PKG_CONFIG, RUST, C
from ..readers import Lines, OneCheck
from ..suite import Suite

FORMAT = [
    Suite("format", "C", ["tools/format_c.sh", "--dry-run", "-Werror"], OneCheck, [CLANG_FORMAT], shares=True)
]

# cargo-c builds everything once more, into a folder of its own.
INSTALL = [
    Suite(
        "install",
        "C",
        [sys.executable, "tests/c/install.py"],
        Lines,
        [RUST, C, PKG_CONFIG],
        minutes=25,
        shares=True,
    )
]

TESTS = [
    Suite("programs", "C", [sys.executable, "tests/c/run.py"], Lines, [C], builds=LIBRARIES),
]
