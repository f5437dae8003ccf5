"""Every suite, in the order in which they run: what is cheap first, so that a slip shows early."""

from . import c, go, project, python, rust

ALL = [
    *project.PREPARATION,
    *rust.CHEAP,
    *python.CHEAP,
    *go.CHEAP,
    *rust.BUILDS,
    *project.TESTS,
    *python.TESTS,
    *c.TESTS,
    *go.TESTS,
    *rust.TESTS,
    *python.WHEEL,
]
