"""For WSGI applications (PEP 3333): Flask, Django, and every other.

>>> from cfaccess.wsgi import AccessMiddleware, caller
>>> def application(environ, start_response):
...     start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
...     return [f"hello, {caller(environ).email}".encode()]
>>> application = AccessMiddleware(application, verifier)
"""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from ._decisions import Refused
from ._guard import ENVIRON_KEY, Guard, caller, claims
from ._joined import of_environ

__all__ = ["AccessMiddleware", "caller", "claims"]

_EMAIL = "HTTP_CF_ACCESS_AUTHENTICATED_USER_EMAIL"


class AccessMiddleware(Guard):
    """Lets a WSGI application see verified requests only.

    It goes outside of everything that changes paths, and inside of what changes the host. `caller(request)`
    says who is calling, and so does `environ["cfaccess.claims"]`. A request waits only while its key is being
    fetched.
    """

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Handles one request, as PEP 3333 has it."""
        joined, parts = of_environ(environ, environ.get("PATH_INFO", ""))
        found = self._recall(joined, parts)
        if found is None:
            decision = self._decide(joined, parts)
            if isinstance(decision, Refused):
                return self._refuse(environ, start_response, decision)
            found = decision
        if found.email is None:
            environ.pop(_EMAIL, None)
        else:
            environ[_EMAIL] = found.email.decode("latin-1")
        environ[ENVIRON_KEY] = found.claims
        return self._app(environ, start_response)  # type: ignore[no-any-return]

    def _refuse(self, environ: dict[str, Any], start_response: Any, refused: Refused) -> Iterable[bytes]:
        self._report(environ, refused)
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in refused.headers]
        start_response(f"{refused.http_status} {HTTPStatus(refused.http_status).phrase}", headers)
        return [refused.body]
