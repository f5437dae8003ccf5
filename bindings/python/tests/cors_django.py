"""With django-cors-headers, in the order of the README: uvicorn cors_django:readme"""

from __future__ import annotations

import os

from cfaccess.asgi import AccessMiddleware, caller
from cors import PAGE_ORIGIN, Watched, access
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    CORS_ALLOWED_ORIGINS=[PAGE_ORIGIN],
    CORS_ALLOW_CREDENTIALS=True,
    CORS_ALLOW_METHODS=["PUT"],
    INSTALLED_APPS=["corsheaders"],
    MIDDLEWARE=["corsheaders.middleware.CorsMiddleware"],
    ROOT_URLCONF=__name__,
    SECRET_KEY=os.urandom(32).hex(),
)


def greet(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"hello, {caller(request).email}")


urlpatterns = [path("greeting", greet)]
readme = Watched(AccessMiddleware(get_asgi_application(), **access()))
