"""What comes before the tests, and what the three languages show together."""

from ..needs import GO, RUST, C
from ..readers import OneCheck
from ..suite import Suite

MAKE = ["make", "--no-print-directory"]

# Suites whose toolchain is missing are skipped; it is here that its absence is a failure.
PREPARATION = [
    *(
        Suite(f"toolchain {name}", "Project", ["tools/require.sh", name], OneCheck)
        for name in ("rust", "c", "python", "go")
    ),
    Suite("setup", "Project", ["tools/setup.sh"], OneCheck),
]

TESTS = [Suite("demo", "Project", [*MAKE, "demo"], OneCheck, [RUST, C, GO])]
