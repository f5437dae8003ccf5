"""The module for nginx, in real nginx."""

from __future__ import annotations

import shlex
from pathlib import Path
from shutil import which

from ..builds import RELEASE, library
from ..needs import PYTHON_PACKAGES, TARGET, C
from ..readers import OneCheck, Pytest
from ..suite import Need, Suite
from .python import PYTHON, REPORTS, types

NGINX = Need("nginx (tools/setup.sh packages)", lambda: which("nginx", path="/usr/sbin:/usr/bin") is not None)
NGINX_DEV = Need("nginx-dev (tools/setup.sh packages)", Path("/usr/share/nginx/src/conf_flags").exists)
MODULE = TARGET / "nginx" / "ngx_http_cfaccess_module.so"

BUILD = Suite(
    "build", "nginx", ["tools/nginx.sh"], OneCheck, [C, NGINX, NGINX_DEV, PYTHON_PACKAGES], builds=[RELEASE]
)


def pytest(name: str, arguments: str) -> Suite:
    report = REPORTS / f"nginx-{name.replace(' ', '-')}.xml"
    command = shlex.split(
        f"{PYTHON} -m pytest -q -p no:cacheprovider --junitxml={shlex.quote(str(report))} {arguments}"
    )
    return Suite(
        name,
        "nginx",
        command,
        lambda: Pytest(report),
        [C, NGINX, NGINX_DEV, PYTHON_PACKAGES],
        {"CFACCESS_LIBRARY": str(library("release"))},
        "tests",
        builds=[RELEASE, BUILD],
    )


REQUESTS = (
    "readme vectors identity satisfy redirects subrequests contexts variables sizes configuration connections"
)
PROCESSES = "modules processes reload revocations waiting"

ALL: list[Suite] = [
    types("of the nginx tests", "tests", "-p nginx"),
    BUILD,
    pytest("requests", " ".join(f"nginx/test_{module}.py" for module in REQUESTS.split())),
    pytest("processes", " ".join(f"nginx/test_{module}.py" for module in PROCESSES.split())),
]
