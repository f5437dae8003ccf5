"""For Flask: an extension that guards an application as its setting `CFACCESS` says.

>>> from cfaccess.flask import Access, caller
>>> from flask import Flask, request
>>> access = Access()
>>> def create_app():
...     app = Flask("hello")
...     app.config["CFACCESS"] = {
...         "TEAM": "acme",
...         "AUDIENCES": [audience],
...         "OPEN_PATHS": ["GET /healthz"],
...     }
...     access.init_app(app)
...     @app.get("/")
...     def hello():
...         return f"hello, {caller(request).email}"
...     @app.get("/healthz")
...     def health():
...         return "well"
...     return app
>>> client = create_app().test_client()
>>> client.get("/healthz").text, client.get("/").status_code
('well', 401)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._guard import caller, claims
from ._settings import NAME, guard_arguments
from .wsgi import AccessMiddleware

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["Access", "caller", "claims"]


class Access:
    """Lets Flask applications see verified requests only: `Access(app)`, or `init_app(app)` in a factory.

    The setting `CFACCESS` is a dict. Its entries are the arguments of `Verifier` and of
    `cfaccess.wsgi.AccessMiddleware`, in capitals: at least `TEAM` and `AUDIENCES`, which is a list. Without
    `KEYS` the keys are those of `Keys.remote(team)`. Instead of the arguments of one verifier there may be
    `VERIFIER` or `ROUTES`.

    In a view, `caller(request)` says who is calling.
    """

    def __init__(self, app: Flask | None = None) -> None:
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Guards this application. What wraps its `wsgi_app` later is outside of the guard.

        Raises `InvalidConfig` and `TypeError` if `CFACCESS` is missing or wrong.
        """
        app.wsgi_app = AccessMiddleware(  # type: ignore[method-assign]
            app.wsgi_app, **guard_arguments(app.config.get(NAME))
        )
        app.extensions["cfaccess"] = self
