"""For WSGI applications (PEP 3333): Flask, Django, and every other.

>>> from cfaccess.wsgi import AccessMiddleware, claims
>>> def application(environ, start_response):
...     start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
...     return [f"hello, {claims(environ).email}".encode()]
>>> application = AccessMiddleware(application, verifier)
"""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from ._errors import AccessError
from ._guard import ENVIRON_KEY, Guard, claims

__all__ = ["AccessMiddleware", "claims"]

_EMAIL = "HTTP_CF_ACCESS_AUTHENTICATED_USER_EMAIL"


class AccessMiddleware(Guard):
    """Lets a WSGI application see verified requests only.

    It goes outside of everything that changes paths, and inside of what changes the host. `claims(request)`,
    or `environ["cfaccess.claims"]`, says who is calling. A request waits only while its key is being
    fetched.
    """

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Handles one request, as PEP 3333 has it."""
        request = _Request(environ)
        try:
            caller = self._admit(request, environ)
        except AccessError as error:
            status, headers, body = self._refuse(request, environ, error)
            start_response(f"{status} {HTTPStatus(status).phrase}", headers)
            return [body]
        environ.pop(_EMAIL, None)
        if caller is not None and caller.kind == "person":
            environ[_EMAIL] = (caller.email or "").encode().decode("latin-1")
        environ[ENVIRON_KEY] = caller
        return self._app(environ, start_response)  # type: ignore[no-any-return]


class _Request:
    def __init__(self, environ: dict[str, Any]) -> None:
        self._environ = environ
        self.method: str = environ["REQUEST_METHOD"]

    @property
    def path(self) -> str:
        path: str = self._environ.get("SCRIPT_NAME", "") + self._environ.get("PATH_INFO", "")
        return path.encode("latin-1", "backslashreplace").decode("utf-8", "replace")

    @property
    def raw_path(self) -> str:
        return self._environ.get("RAW_URI") or self._environ.get("REQUEST_URI") or ""

    def header(self, name: str) -> list[str]:
        value = self._environ.get("HTTP_" + name.upper().replace("-", "_"))
        return [] if value is None else [value]
