"""The Python package, its wheel, and everything else in the repository that is written in Python."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence

from ..builds import DEBUG, LIBRARIES, RELEASE, library
from ..needs import GO, PYTHON_PACKAGES, TARGET, VENV, C
from ..readers import Lines, OneCheck, Pytest
from ..suite import Need, Suite

PYTHON = str(VENV / "python")
PACKAGE = "bindings/python"
REPORTS = TARGET / "tests"


def check(name: str, arguments: str, where: str = ".", **environment: str) -> Suite:
    command = [PYTHON, *arguments.split()]
    return Suite(name, "Python", command, OneCheck, [PYTHON_PACKAGES], environment, where)


def types(what: str, where: str, arguments: str = ".") -> Suite:
    """Of programs that are not part of a package, with the settings of the root folder."""
    config = "/".join([*(".." for _ in where.split("/")), "mypy.ini"])
    return check(f"types {what}", f"-m mypy --config-file={config} {arguments}", where)


def pytest(
    name: str,
    arguments: str,
    where: str,
    needs: Sequence[Need] = (),
    builds: Sequence[Suite] = (),
    **environment: str,
) -> Suite:
    report = REPORTS / f"python-{name.replace(' ', '-')}.xml"
    command = [
        PYTHON,
        *shlex.split(f"-m pytest -q -p no:cacheprovider --junitxml={shlex.quote(str(report))} {arguments}"),
    ]
    return Suite(
        name,
        "Python",
        command,
        lambda: Pytest(report),
        [PYTHON_PACKAGES, *needs],
        environment,
        where,
        builds=builds,
    )


FORMAT = [
    check("format", "-m ruff format --check ."),
    check("lints", "-m ruff check ."),
]

CHEAP = [
    *FORMAT,
    pytest("runner", "run licences", where="tests"),
    check("types of the package", "-m mypy", where=PACKAGE),
    types("of the runner", "tests", "-p run -p licences"),
    types("of the vectors", "tests/vectors/generate"),
    types("of the C tests", "tests/c"),
    types("of the README tests", "tests/readme"),
    types("of the endpoint and its faults", "tests", "-p endpoint -p faults"),
    types("of the browser", "tests", "-m chromium -m devtools -m test_chromium"),
    types("of the tests of the local Access", "tests", "-p local -p clients --exclude clients/python"),
    types("of the cli tests", "tests", "-p cli"),
    types("of the demo", "examples/demo"),
    types("of the benchmarks", "benches", "--exclude ^python/ ."),
    check("vectors are up to date", "tests/vectors/generate --check"),
    check("tokens of the demo are up to date", "examples/demo/make_tokens.py --check"),
    Suite(
        "licences", "Python", [PYTHON, "-m", "licences", "packages"], Lines, [PYTHON_PACKAGES], where="tests"
    ),
    Suite(
        "licences of npm packages",
        "Python",
        [sys.executable, "-m", "licences", "npm"],
        Lines,
        where="tests",
        shares=True,
    ),
]

TESTS = [
    pytest("tests", "", PACKAGE, builds=LIBRARIES, CFACCESS_LIBRARY=str(library("release"))),
    pytest("demo", "", "examples/demo", [C, GO], [RELEASE]),
    pytest("programs of the README", "tests/readme", ".", builds=[RELEASE]),
    pytest("endpoint", "endpoint", "tests"),
    pytest("browser", "test_chromium.py", "tests"),
    pytest(
        "faults of the endpoint",
        "faults",
        "tests",
        [C],
        [RELEASE],
        CFACCESS_LIBRARY=str(library("release")),
    ),
]

WHEEL_REPORT = REPORTS / "python-wheel.xml"
# For this machine only; what is uploaded is that of `make wheel`.
BUILD_WHEEL = Suite(
    "wheel",
    "Python",
    [
        "bash",
        "-c",
        "rm -rf target/wheel && "
        f"exec {shlex.quote(PYTHON)} -m build --wheel --no-isolation --outdir target/wheel bindings/python",
    ],
    OneCheck,
    [PYTHON_PACKAGES],
    {"CFACCESS_LIBRARY": str(library("release"))},
    builds=[RELEASE],
    shares=True,
)
BUILDS = [BUILD_WHEEL]

WHEEL = [
    Suite(
        "tests of the wheel",
        "Python",
        [sys.executable, "tests/wheel.py", str(WHEEL_REPORT)],
        lambda: Pytest(WHEEL_REPORT),
        [PYTHON_PACKAGES],
        builds=[BUILD_WHEEL],
    ),
]

QUICK_MODULES = (
    "claims errors explain guard_vectors native options requests revocation_vectors routes vectors"
)
QUICK = [
    pytest(
        "quick tests",
        " ".join(f"tests/test_{module}.py" for module in QUICK_MODULES.split()),
        PACKAGE,
        builds=[DEBUG],
        CFACCESS_LIBRARY=str(library("debug")),
    ),
]
