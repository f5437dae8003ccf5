"""For Django: a class for `MIDDLEWARE`, under WSGI and ASGI. `cfaccess.django.auth` makes users of callers.

The settings:

>>> CFACCESS = {
...     "TEAM": "acme",
...     "AUDIENCES": [audience],
...     "OPEN_PATHS": ["GET /healthz"],
... }
>>> MIDDLEWARE = ["cfaccess.django.AccessMiddleware"]    # and after it all others

And a view:

>>> from cfaccess.django import caller
>>> from django.http import HttpResponse
>>> def hello(request):
...     return HttpResponse(f"hello, {caller(request).email}")
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse

from .._decisions import Caller, Refused
from .._errors import AccessError
from .._guard import ENVIRON_KEY, Guard, caller, claims
from .._joined import emails_in, of_environ, of_scope
from .._settings import NAME, guard_arguments
from ..asgi import seen

__all__ = ["AccessMiddleware", "caller", "claims"]

_EMAIL = "HTTP_CF_ACCESS_AUTHENTICATED_USER_EMAIL"
# The second is read by `RemoteUserMiddleware` under ASGI, where clients could send it.
_USERS = ("REMOTE_USER", "HTTP_REMOTE_USER")


class AccessMiddleware(Guard):
    """Lets a Django project see verified requests only. It stands first in `MIDDLEWARE`: what stands before
    it answers without a token.

    The setting `CFACCESS` is a dict. Its entries are the arguments of `Verifier` and of
    `cfaccess.wsgi.AccessMiddleware`, in capitals: at least `TEAM` and `AUDIENCES`, which is a list. Without
    `KEYS` the keys are those of `Keys.remote(team)`. Instead of the arguments of one verifier there may be
    `VERIFIER` or `ROUTES`. Where the setting is missing or wrong, the project does not start:
    `ImproperlyConfigured`.

    The path that counts is `request.path_info`, on which Django routes. `ON_REFUSAL` is called with the
    request. WebSockets are not requests of Django: `cfaccess.asgi.AccessMiddleware` guards them, too.

    In a view, `caller(request)` says who is calling. `request.META["REMOTE_USER"]` is the `principal_id`, for
    `RemoteUserMiddleware`, and is removed on open paths.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Any) -> None:
        """Called by Django."""
        try:
            super().__init__(get_response, **guard_arguments(getattr(settings, NAME, None)))
        except (AccessError, TypeError) as error:
            raise ImproperlyConfigured(f"{NAME}: {error}") from error
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        """Handles one request."""
        if self._is_async:
            return self._call_async(request)
        joined, parts = _joined(request)
        found = self._recall(joined, parts) or self._decide(joined, parts)
        if isinstance(found, Refused):
            return self._refuse(request, found)
        return self._app(_seen(request, found))

    async def _call_async(self, request: HttpRequest) -> HttpResponse:
        joined, parts = _joined(request)
        found = self._recall(joined, parts) or await self._decide_async(joined, parts)
        if isinstance(found, Refused):
            return self._refuse(request, found)
        return await self._app(_seen(request, found))

    def _refuse(self, request: HttpRequest, refused: Refused) -> HttpResponse:
        self._report(request, refused)
        response = HttpResponse(refused.body, status=refused.http_status)
        del response["Content-Type"]
        for name, value in refused.headers:
            text = value.decode("latin-1")
            if name.lower() == b"set-cookie":  # the only one that may occur twice
                response.cookies.load(text)
            else:
                response[name.decode("latin-1")] = text
        return response


def _joined(request: HttpRequest) -> tuple[bytes, int]:
    scope = getattr(request, "scope", None)
    if scope is None:
        routed = request.path_info.encode("utf-8", "surrogatepass").decode("latin-1")
        return of_environ(request.META, routed)
    return of_scope(scope, list(scope["headers"]), request.path_info)[:2]


def _seen(request: HttpRequest, found: Caller) -> HttpRequest:
    """The request as the view sees it."""
    email = None if found.email is None else found.email.decode("latin-1")
    principal = None if found.claims is None else found.claims.principal_id
    for key, value in ((_EMAIL, email), *((user, principal) for user in _USERS)):
        if value is None:
            request.META.pop(key, None)
        else:
            request.META[key] = value
    request.__dict__.pop("headers", None)  # made of `META` when it is first read
    scope = getattr(request, "scope", None)
    if scope is None:
        request.META[ENVIRON_KEY] = found.claims
    else:
        headers = list(scope["headers"])
        request.scope = seen(scope, headers, emails_in(headers), found)
    return request
