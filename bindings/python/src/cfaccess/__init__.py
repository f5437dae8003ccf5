"""Who is calling? Verifies Cloudflare Access tokens for an origin server.

>>> from cfaccess import AccessError, Keys, Verifier
>>> keys = Keys.remote("acme", fetch=lambda url: certs)    # without fetch: over HTTPS
>>> verifier = Verifier(team="acme", audiences=[audience], keys=keys)
>>> try:
...     claims = verifier.verify(token)    # the request header Cf-Access-Jwt-Assertion
... except AccessError as error:
...     print("refused:", error.status, error.http_status)
... else:
...     print("hello,", claims.email)
hello, ada@example.com

Everything public is in this module, in `cfaccess.wsgi` and `cfaccess.asgi`, which guard every WSGI or ASGI
application, and for those who use them in `cfaccess.django`, `cfaccess.django.auth`, `cfaccess.fastapi`,
`cfaccess.flask` and `cfaccess.starlette`. The work is done by a shared library that is part of the wheel; the
environment variable `CFACCESS_LIBRARY` may name another one by its absolute path.
"""

import sys

if sys.implementation.name != "cpython":
    raise ImportError(f"cfaccess: this is {sys.implementation.name}, and the package works in CPython only")

from ._claims import Claims
from ._errors import (
    AccessError,
    AmbiguousIdentity,
    BadSignature,
    Blocked,
    CrossOrigin,
    Expired,
    IdentityMismatch,
    Internal,
    InvalidArgument,
    InvalidClaim,
    InvalidConfig,
    KeysAway,
    KeysInvalid,
    KeysPending,
    KeysUnavailable,
    Malformed,
    MalformedClaims,
    MissingClaim,
    NoRoute,
    NoToken,
    NotYetValid,
    NoUsableKeys,
    NullArgument,
    OpaqueToken,
    RevocationsPending,
    RevocationsUnavailable,
    Revoked,
    ServiceNotAllowed,
    SessionTooLong,
    SessionTooOld,
    TooLarge,
    UncleanPath,
    UnknownKey,
    UnsupportedAlgorithm,
    UnsupportedHeader,
    WrongAudience,
    WrongIssuer,
    WrongTokenType,
)
from ._keys import Keys
from ._revocations import Revocations
from ._verifier import Verifier
from ._version import __version__

__all__ = [
    "AccessError",
    "AmbiguousIdentity",
    "BadSignature",
    "Blocked",
    "Claims",
    "CrossOrigin",
    "Expired",
    "IdentityMismatch",
    "Internal",
    "InvalidArgument",
    "InvalidClaim",
    "InvalidConfig",
    "Keys",
    "KeysAway",
    "KeysInvalid",
    "KeysPending",
    "KeysUnavailable",
    "Malformed",
    "MalformedClaims",
    "MissingClaim",
    "NoRoute",
    "NoToken",
    "NoUsableKeys",
    "NotYetValid",
    "NullArgument",
    "OpaqueToken",
    "Revocations",
    "RevocationsPending",
    "RevocationsUnavailable",
    "Revoked",
    "ServiceNotAllowed",
    "SessionTooLong",
    "SessionTooOld",
    "TooLarge",
    "UncleanPath",
    "UnknownKey",
    "UnsupportedAlgorithm",
    "UnsupportedHeader",
    "Verifier",
    "WrongAudience",
    "WrongIssuer",
    "WrongTokenType",
    "__version__",
]
