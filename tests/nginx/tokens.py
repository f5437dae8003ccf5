"""Tokens that are valid now, and the lines of a configuration that accepts them."""

from __future__ import annotations

import time

import mint
from endpoint import Endpoint, key
from local.wire import Headers

from .server import ROOT

AUDIENCE = mint.AUDIENCE
OTHER_AUDIENCE = mint.OTHER_AUDIENCE
CLIENT_ID = mint.CLIENT_ID
EMAIL = "user@example.com"
KEYS_FILE = ROOT / "tests" / "vectors" / "acme.jwks.json"

SETTINGS = f"cfaccess_team acme;\ncfaccess_audience {AUDIENCE};\n"

FIXED_KEYS = f"{SETTINGS}cfaccess_keys_file {KEYS_FILE};\n"
"""Keys from a file: nothing is fetched."""


def fetched_keys(endpoint: Endpoint) -> str:
    """Keys from an endpoint, over TLS, by the team's own address."""
    return f"{SETTINGS}cfaccess_ca_file {endpoint.ca_file};\ncfaccess_proxy {endpoint.proxy};\n"


def person(name: str = "acme-1", **claims: object) -> str:
    """Of somebody who has just logged in for an hour; signed with this key."""
    return _signed(mint.person(**{**_times(), **claims}), name)


def service(name: str = "acme-1", **claims: object) -> str:
    times = {name: value for name, value in _times().items() if name != "nbf"}
    return _signed(mint.service(**{**times, **claims}), name)


def bearing(token: str) -> Headers:
    """The headers of a request that came through Access."""
    return [("Cf-Access-Jwt-Assertion", token)]


def _times() -> dict[str, object]:
    now = int(time.time())
    return {"iat": now - 60, "nbf": now - 60, "exp": now + 3600}


def _signed(claims: dict[str, object], name: str) -> str:
    return mint.token(mint.header(kid=key(name).kid), claims, key(name)).decode("ascii")


__all__ = [
    "AUDIENCE",
    "CLIENT_ID",
    "EMAIL",
    "FIXED_KEYS",
    "KEYS_FILE",
    "OTHER_AUDIENCE",
    "SETTINGS",
    "bearing",
    "fetched_keys",
    "person",
    "service",
]
