"""For FastAPI: a dependency that gives the claims of who is calling.

>>> from cfaccess.asgi import AccessMiddleware
>>> from cfaccess.fastapi import Caller
>>> from fastapi import FastAPI
>>> app = FastAPI()
>>> app.add_middleware(AccessMiddleware, verifier=verifier)
>>> @app.get("/")
... async def hello(person: Caller) -> str:
...     return f"hello, {person.email}"
>>> app.openapi()["components"]["securitySchemes"]["CloudflareAccess"]["name"]
'Cf-Access-Jwt-Assertion'
"""

# Annotations are values here: FastAPI does not find the names in those of an object that is called.
from typing import Annotated

from fastapi import Depends
from fastapi.requests import HTTPConnection
from fastapi.security import APIKeyHeader
from fastapi.security.base import SecurityBase

from ._claims import Claims
from ._guard import caller, claims

__all__ = ["AccessScheme", "Caller", "caller", "claims"]


class AccessScheme(SecurityBase):
    """The security scheme `CloudflareAccess` of the OpenAPI document, and the dependency behind `Caller`.

    It gives the `Claims` of a request or WebSocket that came through `cfaccess.asgi.AccessMiddleware`, and
    raises `LookupError` for one that did not, and on an open path.
    """

    def __init__(self) -> None:
        self.scheme_name = "CloudflareAccess"
        self.model = APIKeyHeader(
            name="Cf-Access-Jwt-Assertion",
            description="The token that Cloudflare Access adds to each request that it lets through.",
        ).model

    async def __call__(self, connection: HTTPConnection) -> Claims:
        """Called by FastAPI."""
        return caller(connection)


Caller = Annotated[Claims, Depends(AccessScheme())]
"""The type of a parameter that is who is calling: `person: Caller`."""
