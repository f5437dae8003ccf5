"""What comes before the tests, and the demo of all languages together."""

from ..builds import RELEASE, RELEASED_PROGRAM
from ..needs import GO, RUST, C
from ..readers import OneCheck
from ..suite import Suite

MAKE = ["make", "--no-print-directory"]

# A suite whose toolchain is missing is skipped; that it is missing is a failure here.
PREPARATION = [
    *(
        Suite(f"toolchain {name}", "Project", ["tools/require.sh", name], OneCheck)
        for name in ("rust", "c", "python", "go")
    ),
    Suite("setup", "Project", ["tools/setup.sh"], OneCheck),
]

PACKAGES_PREPARATION = [Suite("setup of packages", "Project", ["tools/setup.sh", "packages"], OneCheck)]

TESTS = [
    Suite("demo", "Project", [*MAKE, "demo"], OneCheck, [RUST, C, GO], builds=[RELEASE, RELEASED_PROGRAM])
]
