"""Whether a page of another origin caused a browser to send a request."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ._arguments import wrong_type
from ._errors import CrossOrigin, InvalidConfig
from ._routes import Incoming

_SAFE = ("GET", "HEAD", "OPTIONS")
_ORIGIN = re.compile(r"https?://([a-z0-9_.-]+|\[[0-9a-f:.]+\])(:[0-9]+)?", re.IGNORECASE)


class OriginCheck:
    """Reads `Sec-Fetch-Site` and, from browsers without it, `Origin`."""

    def __init__(self, enabled: bool, trusted: Iterable[str]) -> None:
        if isinstance(trusted, (str, bytes)) or not isinstance(trusted, Iterable):
            raise wrong_type("trusted_origins", "a list of str", trusted)
        self._enabled = enabled
        self._trusted = frozenset(_origin(origin) for origin in trusted)
        if self._trusted and not enabled:
            raise InvalidConfig("trusted_origins are there, but check_origin is not set")

    def check(self, request: Incoming) -> None:
        """Raises `CrossOrigin`. A request without both headers does not come from a page."""
        if not self._enabled or (request.method in _SAFE and not request.header("upgrade")):
            return
        origins, sites = request.header("origin"), request.header("sec-fetch-site")
        if len(origins) > 1 or len(sites) > 1:
            raise CrossOrigin("the request names more than one origin")
        origin = origins[0].lower() if origins else None
        if origin in self._trusted:
            return
        if sites:
            same = sites[0] in ("same-origin", "none")
        else:
            same = origin is None or _is_of_host(origin, request.header("host"))
        if not same:
            raise CrossOrigin("a page of another origin caused the request")


def _is_of_host(origin: str, hosts: list[str]) -> bool:
    """The scheme is not compared: a server behind a proxy does not know its own."""
    _, found, rest = origin.partition("://")
    return bool(found) and [rest] == [host.lower() for host in hosts]


def _origin(origin: str) -> str:
    """As browsers write it."""
    if not isinstance(origin, str):
        raise wrong_type("an entry of trusted_origins", "str", origin)
    if not _ORIGIN.fullmatch(origin):
        raise InvalidConfig(f"the trusted origin {origin!r} is not like 'https://app.example.com'")
    return origin.lower()
