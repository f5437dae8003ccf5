"""A Django project in one file, behind Access: gunicorn django_app, or uvicorn django_app:asgi_application

In a project of its own, the last lines stand in wsgi.py or asgi.py, and the settings in settings.py.
"""

from __future__ import annotations

import os
from typing import Any

import cfaccess.asgi
import cfaccess.wsgi
from cfaccess import Keys, Verifier
from cfaccess.wsgi import caller, claims  # the same as in cfaccess.asgi
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1", "localhost"], ROOT_URLCONF=__name__, SECRET_KEY=os.urandom(32).hex()
)


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"hello, {caller(request).email}", content_type="text/plain")


def legacy(request: HttpRequest) -> HttpResponse:
    """Code that trusts the header is safe here: it is the verified e-mail."""
    return HttpResponse("hello, " + request.META["HTTP_CF_ACCESS_AUTHENTICATED_USER_EMAIL"])


def health(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open" if claims(request) is None else "verified")


urlpatterns = [path("", hello), path("legacy", legacy), path("healthz", health)]

access: dict[str, Any] = {
    "verifier": Verifier(
        team=os.environ["ACCESS_TEAM"],
        audiences=[os.environ["ACCESS_AUDIENCE"]],
        keys=Keys.remote(os.environ["ACCESS_TEAM"]),
    ),
    "open_paths": ["GET /healthz"],
    "login_page": os.environ.get("ACCESS_LOGIN_PAGE"),
    "check_origin": True,
}
application = cfaccess.wsgi.AccessMiddleware(get_wsgi_application(), **access)
asgi_application = cfaccess.asgi.AccessMiddleware(get_asgi_application(), **access)
