"""A view of Pyramid behind the tween of pyramid-cloudflare-access."""

import os
from wsgiref.simple_server import make_server

import jwt
from pyramid.config import Configurator
from pyramid.response import Response


def page(request):
    claims = jwt.decode(request.cookies["CF_Authorization"], options={"verify_signature": False})
    return Response(claims.get("email") or claims["common_name"])


settings = {
    "pyramid_cloudflare_access.team": os.environ["TEAM_URL"],
    "pyramid_cloudflare_access.policy_audience": os.environ["AUDIENCE"],
}
with Configurator(settings=settings) as config:
    config.include("pyramid_cloudflare_access")
    config.add_route("page", "/")
    config.add_view(page, route_name="page")

server = make_server("127.0.0.1", int(os.environ["PORT"]), config.make_wsgi_app())
print(server.server_address[1], flush=True)
server.serve_forever()
