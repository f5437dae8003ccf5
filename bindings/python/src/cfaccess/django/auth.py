"""For Django's users: a backend that makes or finds the user of who is calling.

The settings, with the applications `django.contrib.auth`, `contenttypes` and `sessions` installed:

>>> MIDDLEWARE = [
...     "cfaccess.django.AccessMiddleware",
...     "django.contrib.sessions.middleware.SessionMiddleware",
...     "django.contrib.auth.middleware.AuthenticationMiddleware",
...     "django.contrib.auth.middleware.RemoteUserMiddleware",
... ]
>>> AUTHENTICATION_BACKENDS = ["cfaccess.django.auth.AccessBackend"]

Then `request.user` is who is calling, and nobody on an open path.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import RemoteUserBackend
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

from . import claims

__all__ = ["AccessBackend"]


class AccessBackend(RemoteUserBackend):  # type: ignore[misc]
    """Makes or finds the user whose name is the `principal_id`, of persons and services alike.

    It believes the claims of `AccessMiddleware` only, never the name in `REMOTE_USER` by itself. When a user
    logs in, the e-mail of the user becomes the verified one. A new user has no password and no permission.

    As with `RemoteUserBackend`, a subclass may set `create_unknown_user = False`, so that only users who
    exist already may log in, and may override `configure_user` and `clean_username`. Names must fit into the
    user model: `ImproperlyConfigured` for one that is too long.
    """

    def authenticate(self, request: HttpRequest | None, remote_user: str | None) -> Any:
        """Called by Django."""
        return super().authenticate(request, self._principal(request, remote_user))

    async def aauthenticate(self, request: HttpRequest | None, remote_user: str | None) -> Any:
        """Called by Django."""
        return await super().aauthenticate(request, self._principal(request, remote_user))

    def configure_user(self, request: HttpRequest, user: Any, created: bool = True) -> Any:
        """Called by Django. A subclass calls this first, and returns `None` if it gets that."""
        found = claims(request)
        # Some databases compare without regard to case.
        if user is None or found is None or user.get_username() != self.clean_username(found.principal_id):
            return None
        changed = []
        if created:
            user.set_unusable_password()
            changed.append("password")
        field = user.get_email_field_name()
        if found.email and field != user.USERNAME_FIELD and getattr(user, field, found.email) != found.email:
            setattr(user, field, found.email)
            changed.append(field)
        if changed:
            user.save(update_fields=changed)
        return user

    def _principal(self, request: HttpRequest | None, remote_user: str | None) -> str | None:
        """The principal that the claims confirm."""
        try:
            found = claims(request)
        except LookupError:
            return None
        if found is None or found.principal_id != remote_user:
            return None
        longest = _user_name_field().max_length
        if longest is not None and len(self.clean_username(remote_user)) > longest:
            raise ImproperlyConfigured(
                f"user names have at most {longest} characters, and this principal more"
            )
        return remote_user


def _user_name_field() -> Any:
    model = get_user_model()
    return model._meta.get_field(model.USERNAME_FIELD)
