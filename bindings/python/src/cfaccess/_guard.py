"""What the two middlewares have in common. What a request may do is decided by the library."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from ._arguments import switch, text, texts, wrong_type
from ._claims import Claims
from ._decisions import Caller, OpenPath, Refused, Route, decide, guard, lookup
from ._errors import AccessError, InvalidConfig
from ._outcome import PENDING
from ._verifier import Verifier
from ._waiting import Awaited, wait, wait_async

_log = logging.getLogger("cfaccess")

ENVIRON_KEY, SCOPE_KEY = "cfaccess.claims", "cfaccess"


class Guard:
    """The common part of `AccessMiddleware`."""

    def __init__(
        self,
        app: Any,
        verifier: Verifier | None = None,
        *,
        routes: Mapping[str, Verifier] | None = None,
        open_paths: Iterable[str] = (),
        login_page: str | Mapping[str, str] | None = None,
        check_origin: bool = False,
        trusted_origins: Iterable[str] = (),
        allow_preflight: bool = False,
        on_refusal: Callable[[Any, AccessError], object] | None = None,
    ) -> None:
        """Guards an application. Either `verifier` or `routes` is required.

        - `verifier`: judges every request.
        - `routes`: which verifier judges which requests, as a mapping. Its keys are a host and a prefix
          of paths, such as `"app.example.com/admin"`, `"app.example.com"` or `"/admin"`. Hosts are
          compared in lower case and without their port. A key without a host is for every host that no
          other key names. A prefix ends where a segment of the path ends: `/admin` is for `/admin/users`,
          not for `/administration`. The longest match wins. A request without a match is refused with
          `NoRoute` (403). Verifiers may share `Keys`.
        - `open_paths`: requests that are let through unverified, such as health checks and webhooks: a list
          of method and whole path, `"GET /healthz"`, or `"POST hooks.example.com/hook"` for one host. Paths
          below it are not open, and `GET` includes `HEAD`. A WebSocket never is. Tokens are not verified
          there.
        - `login_page`: where a browser is sent to log in,
          `"https://<team>.cloudflareaccess.com/cdn-cgi/access/login/<host>"`, or a mapping from keys of
          `routes` to such URLs. The path of the request is added as `redirect_url`, its query is not.
          Only a page to which a browser navigates with `GET` is redirected, with 302, and only if a login can
          help: after `NoToken`, `Expired`, `SessionTooOld` and `Revoked`. Never a request with
          `X-Requested-With: XMLHttpRequest`.
        - `check_origin`: refuses, with `CrossOrigin` (403), requests that a page of another origin causes,
          unless they are a plain `GET`, `HEAD` or `OPTIONS`; the handshake of a WebSocket is refused too. The
          cookie that Access turns into the token is `SameSite=None` by default, so that browsers send it with
          such requests. `Sec-Fetch-Site` decides or, from browsers without it, `Origin`. A request with
          neither does not come from a page. Open paths are not checked.
        - `trusted_origins`: other origins, like `"https://app.example.com"`, that `check_origin` allows.
        - `allow_preflight`: lets the preflight requests of CORS through unverified: `OPTIONS` with `Origin`
          and `Access-Control-Request-Method`. The application answers them; refusals have no CORS headers.
        - `on_refusal`: a function that is called with the scope or environ and the `AccessError` of every
          refusal, for logging. The headers contain the token: do not log them. An exception is logged
          by the logger `cfaccess`, and the request stays refused. It may run in several threads at once.

        Raises `InvalidConfig` and `TypeError` like `Verifier`, and `InvalidArgument` for a closed verifier. A
        verifier that is closed later goes on judging the requests of this middleware.

        A refused request is answered with the `http_status` of the refusal, and in JSON (or as plain text, if
        `Accept` prefers it) with the name and the general meaning of its status, never with anything of the
        token: `{"status":"EXPIRED","message":"the token has expired"}`. None of these answers may be cached.

        The path that counts is the one on which the application that is guarded routes: what the server or a
        mount outside of this middleware has taken off, such as a `root_path` or `SCRIPT_NAME`, is not part of
        it, and an empty path is `/`.

        A path that an application, a proxy or a file system could take for another one is unclean: with
        an empty segment, `.` or `..` (also before `;`), an encoded slash where the server reports it, a
        backslash, a control character, something that is still encoded after decoding, or bytes that are
        not UTF-8. An unclean path is never open; and where the path selects the route it is refused with
        `UncleanPath` (403). Where a host has one route for all paths, it is verified like any other, unless
        there is a NUL in it. Paths are case-sensitive: an application that treats `/Admin` as `/admin` needs
        a host of its own.

        In the application `claims(request)` says who is calling. There, the header
        `Cf-Access-Authenticated-User-Email` is the verified e-mail; for services and on open paths it is
        removed, whatever was sent.

        The logger `cfaccess` gets a warning for each of the verifiers' `warnings`, and one each time requests
        begin to be refused with a status of 500 or more.
        """
        if (verifier is None) == (routes is None):
            raise InvalidConfig("there must be either a verifier or routes")
        if routes is not None and not isinstance(routes, Mapping):
            raise wrong_type("routes", "a mapping", routes)
        if not callable(app) or not (on_refusal is None or callable(on_refusal)):
            raise TypeError("app and on_refusal must be callable")
        if inspect.iscoroutinefunction(on_refusal):
            raise TypeError("on_refusal must be a plain function")
        judges = {"/": verifier} if routes is None else dict(routes)
        if isinstance(login_page, Mapping) and not login_page.keys() <= judges.keys():
            raise InvalidConfig("a login page is for a route that does not exist")
        self._app = app
        self._on_refusal = on_refusal
        self._handle = guard(
            [_route(key, judge, login_page) for key, judge in judges.items()],
            [_open_path(entry) for entry in texts(open_paths, "open_paths")],
            switch(check_origin, "check_origin"),
            texts(trusted_origins, "trusted_origins"),
            switch(allow_preflight, "allow_preflight"),
        )
        verifiers = [judge for judge in judges.values() if judge is not None]
        self._awaited = _joint(each for judge in verifiers for each in judge._awaited)
        for line in dict.fromkeys(line for judge in verifiers for line in judge.warnings):
            _log.warning(line)

    def _recall(self, joined: bytes, parts: int) -> Caller | None:
        """Who makes this request, if that is known already."""
        handle = self._handle
        number = lookup(handle.pointer, joined, len(joined), parts)
        return None if handle.kept is None else handle.kept.find(number)

    def _decide(self, joined: bytes, parts: int) -> Caller | Refused:
        """Decides on a request, and waits if it must."""
        decision = decide(self._handle, joined, parts)
        if _pending(decision):
            try:
                call = partial(self._settle, joined, parts)
                return wait(call, self._fetching())
            except PENDING:
                pass
        return decision

    async def _decide_async(self, joined: bytes, parts: int) -> Caller | Refused:
        """Does the same in an event loop."""
        decision = decide(self._handle, joined, parts)
        if _pending(decision):
            try:
                call = partial(self._settle, joined, parts)
                return await wait_async(call, self._fetching())
            except PENDING:
                pass
        return decision

    def _settle(self, joined: bytes, parts: int) -> Caller | Refused:
        """Decides, or raises that it is pending."""
        decision = decide(self._handle, joined, parts)
        pending = _pending(decision)
        if pending is not None:
            raise pending
        return decision

    def _fetching(self) -> list[Awaited]:
        """What a pending request may be waiting for."""
        return [
            each._replace(
                sources=[source for source in each.sources if each.is_fetching(source)] or each.sources
            )
            for each in self._awaited
        ]

    def _report(self, source: Any, refused: Refused) -> None:
        """Tells the operator, and calls the hook."""
        if refused.warning is not None:
            _log.warning(refused.warning)
        if self._on_refusal is not None:
            try:
                self._on_refusal(source, refused.error)
            except Exception:
                _log.exception("on_refusal failed; the request stays refused")


def _pending(decision: Caller | Refused) -> AccessError | None:
    """The refusal of a request for which something is being fetched."""
    error = decision.error if isinstance(decision, Refused) else None
    return error if isinstance(error, PENDING) else None


def _joint(awaited: Iterable[Awaited]) -> list[Awaited]:
    """One of each kind, with all its sources and the longest timeout."""
    joint: dict[type[AccessError], Awaited] = {}
    for each in awaited:
        before = joint.get(each.pending, each)
        sources = {id(source): source for source in [*before.sources, *each.sources]}
        timeout = max(before.timeout, each.timeout)
        joint[each.pending] = each._replace(sources=list(sources.values()), timeout=timeout)
    return list(joint.values())


def _route(key: str, verifier: Any, login_page: str | Mapping[str, str] | None) -> Route:
    """A route as C takes it: of `app.example.com/admin`, host and prefix."""
    encoded = text(key, "a key of routes")
    if not isinstance(verifier, Verifier):
        raise wrong_type("a verifier", "Verifier", verifier)
    page = login_page.get(key) if isinstance(login_page, Mapping) else login_page
    host, prefix = _split(encoded)
    return Route(host, prefix, verifier._opened(), None if page is None else text(page, "login_page"))


def _open_path(entry: bytes) -> OpenPath:
    """An open path as C takes it: of `POST hooks.example.com/hook`, method, host and path."""
    method, _, rest = entry.partition(b" ")
    host, path = _split(rest)
    return OpenPath(method, host, path or b"")


def _split(place: bytes) -> tuple[bytes | None, bytes | None]:
    """Host and path. The path of a place without a slash and the host of one that begins with a slash are not
    given."""
    host, slash, path = place.partition(b"/")
    return (host if host or not slash else None), (slash + path if slash else None)


def claims(request: Any) -> Claims | None:
    """Who is calling, in an application behind `AccessMiddleware`; `None` on an open path.

    `request` is a WSGI environ, an ASGI scope, or a request of a framework that has one of them as its
    attribute `environ` or `scope`, as those of Flask, Django, Starlette and FastAPI do. Raises
    `LookupError` if the request did not come through `AccessMiddleware`: that is not the same as an open
    path.
    """
    source = request
    if not isinstance(request, dict):
        source = getattr(request, "scope", None) or getattr(request, "environ", None)
    for key in (ENVIRON_KEY, SCOPE_KEY):
        if isinstance(source, dict) and key in source:
            found: Claims | None = source[key]
            return found
    raise LookupError("this request did not come through AccessMiddleware")


def caller(request: Any) -> Claims:
    """Who is calling, as `claims(request)` says; on an open path it raises `LookupError`, too."""
    found = claims(request)
    if found is None:
        raise LookupError("nobody is calling: the path of this request is open")
    return found
