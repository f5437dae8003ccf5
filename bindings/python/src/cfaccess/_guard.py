"""What the two middlewares have in common: whom they let through, and how they answer the rest."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ._answers import Answer, answer
from ._arguments import switch
from ._claims import Claims
from ._errors import AccessError, InvalidConfig
from ._origins import OriginCheck
from ._routes import Incoming, OpenPaths, Routes
from ._verifier import Verifier

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
        - `open_paths`: requests that are let through unverified, such as health checks, webhooks and
          `OPTIONS`: a list of method and whole path, `"GET /healthz"`, or `"POST hooks.example.com/hook"` for
          one host. Paths below it are not open, and `GET` does not include `HEAD`. A WebSocket never is.
          Tokens are not verified there.
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
        - `on_refusal`: a function that is called with the scope or environ and the `AccessError` of every
          refusal, for logging. The headers contain the token: do not log them. An exception is logged
          by the logger `cfaccess`, and the request stays refused. It may run in several threads at once.

        Raises `InvalidConfig` and `TypeError` like `Verifier`.

        A refused request is answered with the `http_status` of the refusal, and in JSON (or as plain text, if
        `Accept` prefers it) with the name and the general meaning of its status, never with anything of the
        token: `{"status": "EXPIRED", "message": "the token has expired"}`. None of these answers may be
        cached.

        A path that an application, a proxy or a file system could take for another one is unclean: with
        an empty segment, `.` or `..` (also before `;`), an encoded slash where the server reports it, a
        backslash, a control character, something that is still encoded after decoding, or bytes that are
        not UTF-8. An unclean path is never open; and where the path selects the route it is refused with
        `UncleanPath` (403). Where a host has one route for all paths, it is verified like any other.
        Paths are case-sensitive: an application that treats `/Admin` as `/admin` needs a host of its own.

        In the application `claims(request)` says who is calling. There, the header
        `Cf-Access-Authenticated-User-Email` is the verified e-mail; for services and on open paths it is
        removed, whatever was sent.
        """
        if (verifier is None) == (routes is None):
            raise InvalidConfig("there must be either a verifier or routes")
        if routes is not None and not isinstance(routes, Mapping):
            raise TypeError(f"routes must be a mapping, not {type(routes).__name__}")
        if not callable(app) or not (on_refusal is None or callable(on_refusal)):
            raise TypeError("app and on_refusal must be callable")
        if inspect.iscoroutinefunction(on_refusal):
            raise TypeError("on_refusal must be a plain function")
        self._app = app
        self._routes = Routes({"/": verifier} if verifier is not None else routes or {}, login_page)
        self._open = OpenPaths(open_paths)
        self._origins = OriginCheck(switch(check_origin, "check_origin"), trusted_origins)
        self._on_refusal = on_refusal

    def _admit(self, request: Incoming, source: dict[str, Any]) -> Claims | None:
        """Returns who is calling, or `None` on an open path. Raises the refusal."""
        if self._open.has(request):
            return None
        claims = self._routes.find(request).verifier.verify_request(source)
        self._origins.check(request)
        return claims

    async def _admit_async(self, request: Incoming, source: dict[str, Any]) -> Claims | None:
        """The same in an event loop."""
        if self._open.has(request):
            return None
        claims = await self._routes.find(request).verifier.verify_request_async(source)
        self._origins.check(request)
        return claims

    def _refuse(self, request: Incoming, source: dict[str, Any], error: AccessError) -> Answer:
        """Calls the hook, and returns what to answer."""
        if self._on_refusal is not None:
            try:
                self._on_refusal(source, error)
            except Exception:
                _log.exception("on_refusal failed; the request stays refused")
        try:
            login_page = self._routes.find(request).login_page
        except AccessError:
            login_page = None
        return answer(request, error, login_page)


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
