"""A page of Django behind allowedflare, whose backend signs in the user of the cookie."""

import os
from wsgiref.simple_server import make_server

os.environ["ALLOWEDFLARE_ACCESS_URL"] = os.environ["TEAM_URL"]
os.environ["ALLOWEDFLARE_AUDIENCE"] = os.environ["AUDIENCE"]

from allowedflare import authenticate
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path


def page(request):
    name, *_ = authenticate(request.COOKIES)
    return HttpResponse(name) if name else HttpResponse("refused", status=401)


urlpatterns = [path("", page)]
settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="x" * 50, MIDDLEWARE=[])

server = make_server("127.0.0.1", int(os.environ["PORT"]), get_wsgi_application())
print(server.server_address[1], flush=True)
server.serve_forever()
