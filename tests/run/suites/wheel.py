"""The wheel and the sdist, as pip installs them, and the lists of what is linked into the library."""

from ..needs import PACKAGES_VENV, PACKAGING_TOOLS, RUST, TARGET, C
from ..readers import OneCheck, Pytest
from ..suite import Suite

PYTHON = str(PACKAGES_VENV / "python")
REPORT = TARGET / "tests" / "packages-wheel.xml"
NEEDS = [RUST, C, PACKAGING_TOOLS]


def types(what: str, where: str, arguments: str) -> Suite:
    command = [PYTHON, "-m", "mypy", "--config-file=../mypy.ini", *arguments.split()]
    return Suite(f"types {what}", "Python", command, OneCheck, [PACKAGING_TOOLS], where=where)


BUILD = Suite("release of the wheel", "Python", ["make", "--no-print-directory", "wheel"], OneCheck, NEEDS)

ALL = [
    types("of the lists of what is linked", "tools", "-p third_party -m wheel"),
    types("of the tests of the wheel", "tests", "-p packages"),
    BUILD,
    Suite(
        "release of the wheel tests",
        "Python",
        [PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={REPORT}", "packages"],
        lambda: Pytest(REPORT),
        NEEDS,
        where="tests",
        builds=[BUILD],
    ),
]
