"""The forward-auth server, behind real proxies."""

from ..builds import PROGRAM
from ..needs import GO, PACKAGING_TOOLS, TARGET
from ..readers import OneCheck
from ..suite import Suite
from .python import pytest, types

TRAEFIK = Suite(
    "build of the Traefik middleware",
    "Go",
    ["go", "build", "-o", str(TARGET / "proxies" / "traefik-forward-auth"), "."],
    OneCheck,
    [GO],
    {"GOFLAGS": "-mod=readonly"},
    "tests/proxies/traefik",
)

ALL = [
    types("of the tests of proxies", "tests", "-p proxies"),
    TRAEFIK,
    pytest("proxies", "proxies", "tests", [PACKAGING_TOOLS], [PROGRAM, TRAEFIK]),
]
