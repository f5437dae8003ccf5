"""For Starlette: a backend for its `AuthenticationMiddleware`, so that `request.user` is who is calling.

>>> from cfaccess.asgi import AccessMiddleware
>>> from cfaccess.starlette import AccessBackend
>>> from starlette.applications import Starlette
>>> from starlette.middleware import Middleware
>>> from starlette.middleware.authentication import AuthenticationMiddleware
>>> app = Starlette(
...     middleware=[
...         Middleware(AccessMiddleware, verifier=verifier),
...         Middleware(AuthenticationMiddleware, backend=AccessBackend()),
...     ]
... )
"""

from __future__ import annotations

from starlette.authentication import AuthCredentials, AuthenticationBackend, BaseUser
from starlette.requests import HTTPConnection

from ._claims import Claims
from ._guard import claims

__all__ = ["AccessBackend", "AccessUser"]


class AccessUser(BaseUser):
    """Who is calling, as Starlette has it. `claims` are what the token says."""

    def __init__(self, claims: Claims) -> None:
        self.claims = claims

    @property
    def is_authenticated(self) -> bool:
        """Always true."""
        return True

    @property
    def display_name(self) -> str:
        """The e-mail of a person, the Client ID of a service."""
        return self.claims.email or self.claims.common_name or ""

    @property
    def identity(self) -> str:
        """The `principal_id`, which is the key for accounts."""
        return self.claims.principal_id


class AccessBackend(AuthenticationBackend):
    """Makes the user of a request that came through `cfaccess.asgi.AccessMiddleware`, which stands outside.

    The scopes for `@requires` are `authenticated`, and `person` or `service`. On an open path the user is not
    authenticated. Raises `LookupError` for a request that did not come through `AccessMiddleware`.
    """

    async def authenticate(self, conn: HTTPConnection) -> tuple[AuthCredentials, BaseUser] | None:
        """Called by `AuthenticationMiddleware`."""
        found = claims(conn)
        if found is None:
            return None
        return AuthCredentials(["authenticated", found.kind]), AccessUser(found)
