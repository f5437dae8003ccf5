"""A Django project in one file, behind Access: gunicorn django_app, or uvicorn django_app:asgi_application

In a project of its own, the settings stand in settings.py, and the last lines in wsgi.py and asgi.py.
"""

from __future__ import annotations

import os

from cfaccess.django import caller, claims
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1", "localhost"],
    CFACCESS={
        "TEAM": os.environ["CFACCESS_TEAM"],
        "AUDIENCES": [os.environ["CFACCESS_AUDIENCE"]],
        "OPEN_PATHS": ["GET /healthz"],
        "LOGIN_PAGE": os.environ.get("CFACCESS_LOGIN_PAGE"),
        "CHECK_ORIGIN": True,
    },
    MIDDLEWARE=["cfaccess.django.AccessMiddleware"],
    ROOT_URLCONF=__name__,
    SECRET_KEY=os.urandom(32).hex(),
)


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"hello, {caller(request).email}", content_type="text/plain")


def legacy(request: HttpRequest) -> HttpResponse:
    """Code that trusts the header is safe here: it is the verified e-mail."""
    return HttpResponse("hello, " + request.META["HTTP_CF_ACCESS_AUTHENTICATED_USER_EMAIL"])


def health(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open" if claims(request) is None else "verified")


urlpatterns = [path("", hello), path("legacy", legacy), path("healthz", health)]

application = get_wsgi_application()
asgi_application = get_asgi_application()
