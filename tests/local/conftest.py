"""One running Access for all tests that do not change how it stands."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest

from .origin import Origin, running_origin
from .program import PROGRAM, ROOT, Local, running

# The library of this checkout, unless the environment names another one.
os.environ.setdefault("CFACCESS_LIBRARY", str(ROOT / "target" / "release" / "libcfaccess.so"))
sys.path.append(str(ROOT / "bindings" / "python" / "src"))

CONFIG = """
[team]
session_duration = "24h"

[[application]]
name = "wiki"
upstream = "{upstream}"
session_duration = "1h"
[[application.policy]]
name = "staff"
decision = "allow"
include = {{ emails_ending_in = ["@example.com"] }}
[[application.policy]]
name = "programs"
decision = "non_identity"
include = {{ service_tokens = ["ci"] }}

[[application]]
name = "open"
domain = "wiki.localhost/open"
upstream = "{upstream}"
[[application.policy]]
name = "everyone"
decision = "bypass"
include = {{ everyone = true }}

[[application]]
name = "people"
upstream = "{upstream}"
enable_binding_cookie = true
[[application.policy]]
name = "people"
decision = "allow"
include = {{ everyone = true }}

[[application]]
name = "api"
upstream = "{upstream}"
[[application.policy]]
name = "programs"
decision = "non_identity"
include = {{ service_tokens = ["ci"] }}

[[application]]
name = "api401"
upstream = "{upstream}"
service_auth_401_redirect = true
[[application.policy]]
name = "programs"
decision = "non_identity"
include = {{ service_tokens = ["ci"] }}

[[application]]
name = "preflights"
upstream = "{upstream}"
options_preflight_bypass = true
[[application.policy]]
name = "everyone"
decision = "allow"
include = {{ everyone = true }}

[[application]]
name = "cors"
upstream = "{upstream}"
[application.cors_headers]
allowed_origins = ["http://localhost:5173"]
allowed_methods = ["GET", "POST"]
allow_credentials = true
[[application.policy]]
name = "everyone"
decision = "allow"
include = {{ everyone = true }}

[[user]]
email = "ada@example.com"
name = "Ada"
groups = ["admins"]
country = "DE"
custom = {{ department = "research" }}

[[user]]
email = "eve@elsewhere.test"
name = "Eve"

[[service_token]]
name = "ci"

[[service_token]]
name = "other"
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not PROGRAM.exists():
        for item in items:
            item.add_marker(pytest.mark.skip(reason=f"{PROGRAM} is missing: make cli"))


@pytest.fixture(scope="session")
def origin() -> Iterator[Origin]:
    with running_origin() as origin:
        yield origin


@pytest.fixture(scope="session")
def local(origin: Origin) -> Iterator[Local]:
    with running(config=CONFIG.format(upstream=origin.url)) as local:
        yield local


@pytest.fixture
def fresh(origin: Origin) -> Iterator[Local]:
    """One of its own, for a test that moves the clock, ends sessions or rotates keys."""
    with running(config=CONFIG.format(upstream=origin.url)) as local:
        yield local
