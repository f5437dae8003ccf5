"""A Django project, guarded from outside and by its own middleware."""

from __future__ import annotations

import os

import cfaccess.asgi
import cfaccess.wsgi
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from mounted import ACCESS, PAGES

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1", "localhost"], ROOT_URLCONF=__name__, SECRET_KEY=os.urandom(32).hex()
)


def page(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(name)


urlpatterns = [path(place.lstrip("/"), page, {"name": name}) for place, name in PAGES.items()]

app = cfaccess.wsgi.AccessMiddleware(get_wsgi_application(), **ACCESS)
asgi_app = cfaccess.asgi.AccessMiddleware(get_asgi_application(), **ACCESS)

settings.CFACCESS = {name.upper(): value for name, value in ACCESS.items()}
settings.MIDDLEWARE = ["cfaccess.django.AccessMiddleware"]
inner_app = get_wsgi_application()
inner_asgi_app = get_asgi_application()
