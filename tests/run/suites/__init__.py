"""Every suite, in the order in which they run.

The cheap ones come first, so that a slip shows early, then whatever may run beside another one, then
what needs the machine for itself.
"""

from . import c, go, project, python, rust
from .packages import PACKAGES

__all__ = ["ALL", "PACKAGES", "QUICK"]

ALL = [
    *project.PREPARATION,
    *rust.CHEAP,
    *python.CHEAP,
    *go.CHEAP,
    *c.FORMAT,
    *rust.BUILDS,
    *python.BUILDS,
    *rust.DOCS,
    *go.CHECKS,
    *c.INSTALL,
    *project.TESTS,
    *python.TESTS,
    *c.TESTS,
    *go.TESTS,
    *rust.TESTS,
    *python.WHEEL,
]

# What `make check` runs: what a change breaks most often, in the time that one is willing to wait.
QUICK = [
    *rust.FORMAT,
    *python.FORMAT,
    *go.FORMAT,
    *c.FORMAT,
    *rust.QUICK,
    *python.QUICK,
    *go.QUICK,
]
