"""Which verifier judges a request: by its host and its path."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from ._arguments import wrong_type
from ._errors import InvalidConfig, NoRoute, UncleanPath
from ._verifier import Verifier


class Incoming(Protocol):
    """What matters here of a request. What is expensive to find out is read only where it is needed."""

    @property
    def method(self) -> str:
        """In capitals; `WEBSOCKET` for a handshake that the server identifies."""

    @property
    def path(self) -> str:
        """The whole path, decoded, without the query."""

    @property
    def raw_path(self) -> str:
        """The path as received, before decoding, perhaps followed by a query. Empty if unknown."""

    def header(self, name: str) -> list[str]:
        """The values of a header, whose name is given in lower case."""


class Route(NamedTuple):
    """How requests below a prefix are judged; the prefix is empty for all paths."""

    prefix: str
    verifier: Verifier
    login_page: str | None

    def covers(self, path: str) -> bool:
        """Whether the path begins with the prefix, which ends where a segment ends."""
        return path.startswith(self.prefix) and path[len(self.prefix) :][:1] in ("", "/")


# No leading slash; two slashes; a segment `.` or `..`, also before `;`; what another decoding would change;
# control characters, backslashes, and what represents bytes that are not UTF-8.
_UNCLEAN = re.compile(r"\A(?!/)|//|/\.\.?(?:[/;]|\Z)|%[0-9A-Fa-f]{2}|[\x00-\x1f\x7f\\\ufffd\ud800-\udfff]")
_ENCODED_SLASH = re.compile(r"\A[^?]*%2f", re.IGNORECASE)
_HOST = re.compile(r"([a-z0-9_.-]*[a-z0-9_-]|\[[0-9a-f:.]+\])\.?(?::[0-9]*)?")


def is_clean(path: str, raw_path: str) -> bool:
    """Whether the path can be understood in one way only."""
    return not _UNCLEAN.search(path) and not _ENCODED_SLASH.match(raw_path)


def canonical_host(named: list[str]) -> str | None:
    """The host, from the values of the header `Host`: in lower case, without port and trailing dot. `None` if
    the header is missing, repeated or invalid."""
    match = _HOST.fullmatch(named[0].lower()) if len(named) == 1 else None
    return match.group(1) if match else None


class Routes:
    """The routes of every host, those with the longest prefix first."""

    def __init__(
        self, verifiers: Mapping[str, Verifier], login_pages: str | Mapping[str, str] | None
    ) -> None:
        self._by_host: dict[str, list[Route]] = {}
        if isinstance(login_pages, Mapping):
            strange = [key for key in login_pages if key not in verifiers]
            if strange:
                raise InvalidConfig(f"login_page has {strange[0]!r}, which is no route")
        for key, verifier in verifiers.items():
            if not isinstance(verifier, Verifier):
                raise wrong_type(f"the route {key!r}", "a Verifier", verifier)
            page = login_pages.get(key) if isinstance(login_pages, Mapping) else login_pages
            host, path = host_and_path(key)
            prefix = path[:-1] if path.endswith("/") else path
            routes = self._by_host.setdefault(host, [])
            if any(route.prefix == prefix for route in routes):
                raise InvalidConfig(f"the route {key!r} is there twice")
            routes.append(Route(prefix, verifier, login_page(page)))
            routes.sort(key=lambda route: -len(route.prefix))
        if not self._by_host:
            raise InvalidConfig("there is no route")
        self._of_any_host = self._by_host.pop("", [])

    def find(self, request: Incoming) -> Route:
        """The one route of a request; raises `NoRoute` or `UncleanPath`."""
        routes = self._of_any_host
        if self._by_host:
            host = canonical_host(request.header("host"))
            if host is None:
                raise NoRoute("the request does not name one host")
            routes = self._by_host.get(host, routes)
        if len(routes) == 1 and not routes[0].prefix:
            return routes[0]
        if routes and not is_clean(request.path, request.raw_path):
            raise UncleanPath("the path could be understood in several ways")
        for route in routes:
            if route.covers(request.path):
                return route
        raise NoRoute("no route is for this host and path")


class OpenPaths:
    """Requests that need no verification: a method and a whole path, of one host or of any host."""

    def __init__(self, paths: Iterable[str]) -> None:
        if isinstance(paths, (str, bytes)) or not isinstance(paths, Iterable):
            raise wrong_type("open_paths", "a list of str", paths)
        self._open = {_open_path(path) for path in paths}
        self._paths = {path for _, _, path in self._open}

    def has(self, request: Incoming) -> bool:
        """Whether a request is one of them. An unclean path never is."""
        if not self._paths or request.path not in self._paths or not is_clean(request.path, request.raw_path):
            return False
        host = canonical_host(request.header("host"))
        return any((request.method, named, request.path) in self._open for named in ("", host))


def _open_path(path: str) -> tuple[str, str, str]:
    if not isinstance(path, str):
        raise wrong_type("an entry of open_paths", "str", path)
    method, _, where = path.partition(" ")
    if not re.fullmatch("[A-Z]+", method) or "/" not in where:
        raise InvalidConfig(f"the open path {path!r} is not like 'GET /healthz'")
    return method, *host_and_path(where)


def host_and_path(key: str) -> tuple[str, str]:
    """The two parts of `app.example.com/admin`, `app.example.com` or `/admin`; the host is empty for any
    host."""
    if not isinstance(key, str):
        raise wrong_type("a route", "str", key)
    named, slash, rest = key.partition("/")
    host = canonical_host([named]) if named else ""
    path = slash + rest
    if host is None or (re.search(r":[0-9]*\Z", named) and not named.endswith("]")):
        raise InvalidConfig(f"{key!r} does not begin with a host without port, or with a slash")
    if not key or (path and not is_clean(path, "")):
        raise InvalidConfig(f"{key!r} has no clean path")
    return host, path


def login_page(page: str | None) -> str | None:
    """Checks it."""
    if page is None:
        return None
    if not isinstance(page, str):
        raise wrong_type("login_page", "str", page)
    try:
        parts = urlsplit(page)
        strange = parts.scheme != "https" or not parts.hostname or "@" in parts.netloc
    except ValueError:
        strange = True
    if strange or not page.isascii() or re.search(r"[\x00-\x20\x7f?#\\]", page):
        raise InvalidConfig("login_page is not an https URL without user, query and fragment")
    return page
