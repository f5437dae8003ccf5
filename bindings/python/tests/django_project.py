"""A Django project for the tests of this process: users in a database, and a view that tells what it sees."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import django
from asgiref.sync import sync_to_async
from cfaccess.wsgi import claims
from django.conf import settings
from django.core.management import call_command
from django.http import JsonResponse
from django.urls import re_path

AUTH = "django.contrib.auth.middleware."
GUARD = "cfaccess.django.AccessMiddleware"
SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
USERS = [SESSIONS, f"{AUTH}AuthenticationMiddleware", f"{AUTH}RemoteUserMiddleware"]
BACKEND = "cfaccess.django.auth.AccessBackend"

APPS = ["auth", "contenttypes", "sessions", "messages", "admin"]


def set_up(directory: Path) -> None:
    """Only once in a process. Tests override the rest of the settings."""
    settings.configure(
        ALLOWED_HOSTS=["*"],
        AUTHENTICATION_BACKENDS=[BACKEND],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(directory / "db")}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        INSTALLED_APPS=[f"django.contrib.{name}" for name in APPS],
        MIDDLEWARE=[],
        ROOT_URLCONF=__name__,
        SECRET_KEY="x" * 50,
        USE_TZ=True,
    )
    django.setup()
    call_command("migrate", verbosity=0)


def tell(request: Any) -> JsonResponse:
    user = getattr(request, "user", None)
    seen = claims(request)
    email = request.headers.get("Cf-Access-Authenticated-User-Email")
    return JsonResponse(
        {
            "caller": "open" if seen is None else seen.email or seen.common_name,
            "emails": [] if email is None else [email],
            "user": None if user is None else user.get_username(),
            "path": request.path_info,
            "remote_user": request.META.get("REMOTE_USER"),
            "remote_user_header": request.headers.get("Remote-User"),
        }
    )


async def tell_async(request: Any) -> JsonResponse:
    return await sync_to_async(tell)(request)


def outside(get_response: Any) -> Any:
    """A middleware that reads the headers before the guard, and cannot be asynchronous."""

    def middleware(request: Any) -> Any:
        assert request.headers is request.headers
        return get_response(request)

    return middleware


def without_tenant(get_response: Any) -> Any:
    """A middleware that takes the first segment off the path."""

    def middleware(request: Any) -> Any:
        request.path_info = request.path_info.removeprefix("/tenant")
        return get_response(request)

    return middleware


urlpatterns = [re_path("^async$", tell_async), re_path("", tell)]
