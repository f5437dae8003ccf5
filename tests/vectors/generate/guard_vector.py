"""What a vector of a guard is: a guard, a request, and what is decided on it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from carried import ADMIN_TOKEN, EXPIRED_TOKEN, FORGED_TOKEN, SERVICE_TOKEN, USER_TOKEN
from mint import NOW, OTHER_AUDIENCE, Object, person, token
from segments import encode
from vector import config

USER, ADMIN, ACCENTED = "user@example.com", "admin@example.com", "bj\u00f6rn@example.com"

# What stands in Cf-Access-Jwt-Assertion, by name, and the e-mail of whoever it stands for.
TOKENS: dict[str, tuple[bytes, str | None]] = {
    "user": (USER_TOKEN, USER),
    "admin": (ADMIN_TOKEN, ADMIN),
    "accented": (token(payload=person(email=ACCENTED)), ACCENTED),
    "other application": (token(payload=person(aud=[OTHER_AUDIENCE])), USER),
    "service": (SERVICE_TOKEN, None),
    "expired": (EXPIRED_TOKEN, USER),
    "old session": (token(payload=person(iat=NOW - 3600, nbf=NOW - 3600)), USER),
    "forged": (FORGED_TOKEN, USER),
    "malformed": (b"rubbish", None),
}

# The configurations of verifiers, by name.
VERIFIERS: dict[str, Object] = {
    "main": config(),
    "other": config(audiences=[OTHER_AUDIENCE]),
    "services": config(allow_services="any"),
    "short sessions": config(max_age=600),
    "trusting": config(email_header="ignore"),
}

# Which token each verifier is asked with to show that it is the one that judges.
TOKEN_OF = {"main": "user", "other": "other application"}


@dataclass(frozen=True)
class Asked:
    """A request; what is None is not known."""

    path: bytes = b"/"
    token: str | None = None
    method: str = "GET"
    host: bytes | None = b"app.example.com"
    scheme: str | None = None
    raw_target: bytes | None = None
    headers: list[tuple[str, bytes]] = field(default_factory=list)

    def members(self) -> Object:
        optional: Object = {
            "token": self.token,
            "scheme": self.scheme,
            "host": None if self.host is None else encode(self.host),
            "raw_target": None if self.raw_target is None else encode(self.raw_target),
            "headers": [[name, encode(value)] for name, value in self.headers] or None,
        }
        return {
            "method": self.method,
            "path": encode(self.path),
            **{name: value for name, value in optional.items() if value is not None},
        }

    def values(self, name: str) -> list[bytes]:
        """Those of a header, the host and the token included."""
        given = [
            ("host", self.host),
            ("cf-access-jwt-assertion", TOKENS[self.token][0] if self.token else None),
        ]
        return [
            value for other, value in [*given, *self.headers] if value is not None and other.lower() == name
        ]


@dataclass(frozen=True)
class Decided:
    """`open`, `allowed` with the e-mail that is passed on, or `refused` with the answer."""

    kind: str
    status: str = "OK"
    email: str | None = None
    http_status: int | None = None
    content_type: str | None = None
    location: str | None = None
    headers: dict[str, str] | None = None
    body: str | None = None

    def members(self) -> Object:
        optional: Object = {
            "email": self.email,
            "http_status": self.http_status,
            "content_type": self.content_type,
            "location": self.location,
            "headers": self.headers,
            "body": self.body,
        }
        return {"kind": self.kind, **{name: value for name, value in optional.items() if value is not None}}


@dataclass(frozen=True)
class Guarded:
    """A vector; without a request it says whether the guard can be made."""

    name: str
    rule: str
    about: str
    guard: Object
    status: str
    request: Asked | None = None
    decision: Decided | None = None

    def members(self) -> Object:
        listed: Object = {}
        if self.request is not None and self.decision is not None:
            listed = {"request": self.request.members(), "decision": self.decision.members()}
        return {
            "name": self.name,
            "rule": self.rule,
            "about": self.about,
            "guard": self.guard,
            "status": self.status,
            **listed,
        }


def route(
    verifier: str = "main", host: str | None = None, prefix: str | None = None, login_page: str | None = None
) -> Object:
    optional = {"host": host, "prefix": prefix, "login_page": login_page}
    return {"verifier": verifier, **{name: value for name, value in optional.items() if value is not None}}


def guard(*routes: Object, **options: object) -> Object:
    """One route for everything, unless there are others."""
    return {"routes": list(routes) or [route()], **options}


def opens(method: str, path: str, host: str | None = None) -> Object:
    return {"method": method, "path": path, **({} if host is None else {"host": host})}


def is_open(name: str, rule: str, about: str, used: Object, request: Asked) -> Guarded:
    return Guarded(name, rule, about, used, "OK", request, Decided("open"))


def allowed(name: str, rule: str, about: str, used: Object, request: Asked) -> Guarded:
    email = TOKENS[request.token][1] if request.token else None
    return Guarded(name, rule, about, used, "OK", request, Decided("allowed", email=email))


HTTP = {
    "NO_ROUTE": 403,
    "UNCLEAN_PATH": 403,
    "CROSS_ORIGIN": 403,
    "IDENTITY_MISMATCH": 403,
    "SERVICE_NOT_ALLOWED": 403,
}


def refused(
    name: str, rule: str, about: str, used: Object, request: Asked, status: str, **answer: object
) -> Guarded:
    """Answered in JSON, unless the answer is another."""
    usual: Object = {"http_status": HTTP.get(status, 401), "content_type": "application/json"}
    decision = Decided("refused", status, **{**usual, **answer})  # type: ignore[arg-type]
    return Guarded(name, rule, about, used, status, request, decision)


def redirected(name: str, rule: str, about: str, used: Object, request: Asked, location: str) -> Guarded:
    status = (
        "NO_TOKEN"
        if request.token is None
        else {"expired": "EXPIRED", "old session": "SESSION_TOO_OLD"}[request.token]
    )
    decision = Decided("refused", status, http_status=302, location=location)
    return Guarded(name, rule, about, used, status, request, decision)


def judged(name: str, rule: str, about: str, used: Object, request: Asked, verifier: str) -> list[Guarded]:
    """The verifier that judges accepts the token of its application, and no other."""
    (other,) = (named for named in TOKEN_OF if named != verifier)
    right = Asked(**{**vars(request), "token": TOKEN_OF[verifier]})
    wrong = Asked(**{**vars(request), "token": TOKEN_OF[other]})
    return [
        allowed(name, rule, about, used, right),
        refused(f"{name}-other-token", rule, about, used, wrong, "WRONG_AUDIENCE"),
    ]


_LETTERS = str.maketrans(dict(zip('/.%;\\:* ?#,@[]_="+', "sdpkbcx_qhmalruetn", strict=True)))


def slug(text: bytes | str) -> str:
    """A name for what has odd characters."""
    plain = (text.decode("latin-1") if isinstance(text, bytes) else text).translate(_LETTERS)
    return "".join(c if re.match("[0-9A-Za-z_-]", c) else f"{ord(c):02x}" for c in plain) or "empty"
