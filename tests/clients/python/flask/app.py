"""A view of Flask behind flask-cfaccess, which asks the team who it is."""

import os
from wsgiref.simple_server import make_server

from flask import Flask
from flask_cfaccess import CfAccess, get_identity, login_required

app = Flask(__name__)
app.config["CLOUDFLARE_ACCESS_TEAM"] = os.environ["TEAM_HOST"].split(".")[0]
app.config["CLOUDFLARE_ACCESS_AUD"] = os.environ["AUDIENCE"]
CfAccess(app)


@app.get("/")
@login_required
def page():
    return get_identity()["email"]


server = make_server("127.0.0.1", int(os.environ["PORT"]), app)
print(server.server_address[1], flush=True)
server.serve_forever()
