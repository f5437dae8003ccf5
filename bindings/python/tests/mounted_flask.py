"""A Flask application, alone and below the prefix of a dispatcher."""

from __future__ import annotations

from cfaccess.wsgi import AccessMiddleware
from flask import Flask
from mounted import ACCESS, PAGES
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

flask = Flask(__name__)
for path, name in PAGES.items():
    flask.add_url_rule(path, name, lambda name=name: name)

app = AccessMiddleware(flask.wsgi_app, **ACCESS)
dispatched = DispatcherMiddleware(NotFound(), {"/api": app})
