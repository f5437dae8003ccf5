"""The shared vectors of guards: both middlewares let through, refuse and answer what every language does."""

from __future__ import annotations

from ctypes import c_int64
from functools import cache, partial
from typing import Any

import pytest
from cfaccess import Claims, Keys, Verifier, asgi, wsgi
from cfaccess import _decisions as decisions
from cfaccess import _library as library
from guarded import ASSERTION, connect
from support import VECTORS, joined, status_of, vectors

GUARDS = vectors("guard")
DEFAULTS = GUARDS["defaults"]
Vector = dict[str, Any]
Request = dict[str, Any]

REQUESTS = [vector for vector in GUARDS["vectors"] if "request" in vector]
CONFIGS = [vector for vector in GUARDS["vectors"] if "request" not in vector]


def by_name(vector: Vector) -> str:
    return str(vector["name"])


@pytest.fixture(autouse=True)
def time_of_the_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    decide_at = library._holding["cfaccess_guard_decide_at"]
    decide_at.restype = decisions._try_decide.restype
    decide_at.argtypes = [*decisions._try_decide.argtypes, c_int64]
    monkeypatch.setattr(
        decisions, "_try_decide", lambda guard, request: decide_at(guard, request, DEFAULTS["now"])
    )


@cache
def verifier(name: str) -> Verifier:
    return Verifier(keys=Keys.from_file(VECTORS / DEFAULTS["keys"]), **GUARDS["verifiers"][name])


def place(entry: dict[str, str], path: str) -> str:
    """Host and path as a key of `routes` has them."""
    return entry.get("host", "") + (entry.get(path) or "/" if path in entry or "host" not in entry else "")


def options(guard: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a middleware."""
    routes, login_page = {}, {}
    for entry in guard["routes"]:
        key = place(entry, "prefix")
        routes[key] = verifier(entry["verifier"])
        if "login_page" in entry:
            login_page[key] = entry["login_page"]
    return {
        "routes": routes,
        "login_page": login_page,
        "open_paths": [f"{entry['method']} {place(entry, 'path')}" for entry in guard.get("open_paths", [])],
        **{
            name: guard[name]
            for name in ("check_origin", "allow_preflight", "trusted_origins")
            if name in guard
        },
    }


def can_be_written(guard: dict[str, Any]) -> bool:
    """Whether the arguments of a middleware can say it: no method with a space, no empty host or path, no
    slash in a host and one at the start of a path, and no two routes of one name."""
    places = [(entry, "prefix") for entry in guard["routes"]]
    places += [(entry, "path") for entry in guard.get("open_paths", [])]
    keys = [place(entry, "prefix") for entry in guard["routes"]]
    return len(keys) == len(set(keys)) and all(
        " " not in entry.get("method", "")
        and entry.get("host", "x") != ""
        and "/" not in entry.get("host", "")
        and entry.get(path, "/").startswith("/")
        for entry, path in places
    )


def headers_of(request: Request) -> list[tuple[str, bytes]]:
    headers = [("Host", joined(request["host"]))] if "host" in request else []
    headers += [(name, joined(value)) for name, value in request.get("headers", [])]
    if "token" in request:
        headers.append((ASSERTION, joined(GUARDS["tokens"][request["token"]])))
    return headers


def scope_of(request: Request) -> dict[str, Any]:
    """The request as an ASGI server hands it on."""
    scope = {
        "type": "http",
        "method": request["method"],
        "path": joined(request["path"]).decode("utf-8", "surrogateescape"),
        "headers": [(name.lower().encode(), value) for name, value in headers_of(request)],
    }
    if "raw_target" in request:
        scope["raw_path"] = joined(request["raw_target"])
    if "scheme" in request:
        scope["scheme"] = request["scheme"]
    return scope


def environ_of(request: Request) -> dict[str, Any]:
    """The request as a WSGI server hands it on: repeated headers are joined by commas."""
    environ = {
        "wsgi.version": (1, 0),
        "REQUEST_METHOD": request["method"],
        "SCRIPT_NAME": "/healthz",  # says nothing
        "PATH_INFO": joined(request["path"]).decode("latin-1"),
    }
    for name, value in headers_of(request):
        key, text = "HTTP_" + name.upper().replace("-", "_"), value.decode("latin-1")
        separator = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{separator}{text}" if key in environ else text
    if "raw_target" in request:
        environ["RAW_URI"] = joined(request["raw_target"]).decode("latin-1")
    if "scheme" in request:
        environ["wsgi.url_scheme"] = request["scheme"]
    return environ


def expected(vector: Vector) -> dict[str, Any]:
    decision = {"email": None, **vector["decision"]}
    if decision["kind"] == "refused":
        decision = {"content_type": None, "location": None, **decision, "status": vector["status"]}
    return decision


def answered(status: int, headers: dict[str, str], body: bytes, refusals: list[str]) -> dict[str, Any]:
    (refusal,) = refusals
    return {
        "kind": "refused",
        "status": refusal,
        "email": None,
        "http_status": status,
        "content_type": headers.get("content-type"),
        "location": headers.get("location"),
        "headers": headers,
        "body": body.decode(),
    }


def passed(claims: Claims | None, emails: list[bytes]) -> dict[str, Any]:
    email = emails[0].decode() if emails else None
    assert len(emails) <= 1
    return {"kind": "open" if claims is None else "allowed", "email": email}


def decided_by_asgi(vector: Vector) -> dict[str, Any]:
    seen: list[Any] = []
    refusals: list[str] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)

    guarded = asgi.AccessMiddleware(
        application, on_refusal=lambda _, error: refusals.append(error.status), **options(vector["guard"])
    )
    sent = connect(guarded, scope_of(vector["request"]))
    if seen:
        headers = seen[0]["headers"]
        return passed(asgi.claims(seen[0]), [value for name, value in headers if b"user-email" in name])
    start, body = sent
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return answered(start["status"], headers, body["body"], refusals)


def decided_by_wsgi(vector: Vector) -> dict[str, Any]:
    seen: list[Any] = []
    started: list[Any] = []
    refusals: list[str] = []

    def application(environ: Any, start_response: Any) -> list[bytes]:
        seen.append(environ)
        return []

    guarded = wsgi.AccessMiddleware(
        application, on_refusal=lambda _, error: refusals.append(error.status), **options(vector["guard"])
    )
    environ = environ_of(vector["request"])
    body = b"".join(guarded(environ, lambda status, headers: started.append((status, headers))))
    if seen:
        email = environ.get("HTTP_CF_ACCESS_AUTHENTICATED_USER_EMAIL")
        return passed(wsgi.claims(environ), [] if email is None else [email.encode("latin-1")])
    ((status, headers),) = started
    lower = {name.lower(): value for name, value in headers}
    return answered(int(status.split()[0]), lower, body, refusals)


def can_be_carried(request: Request) -> bool:
    """Whether both protocols can carry it: neither knows a target that is empty, a NUL is refused whatever
    else is wrong, and a path of ASGI is text."""
    parts = [joined(request[name]) for name in ("host", "path") if name in request]
    return request.get("raw_target") != "" and not any(b"\0" in part for part in parts)


CARRIED = [vector for vector in REQUESTS if can_be_carried(vector["request"])]
WRITTEN = [vector for vector in CONFIGS if can_be_written(vector["guard"])]

JOINED_BY_THE_SERVER = {"preflight-not-origin-twice"}
"""What has another outcome in WSGI: two headers `Origin` are one with a comma, which a preflight may have."""


def compare(vector: Vector, found: dict[str, Any]) -> None:
    wanted = expected(vector)
    if "headers" in wanted:
        wanted["headers"] = {name.lower(): value for name, value in wanted["headers"].items()}
    assert {name: found.get(name) for name in wanted} == wanted, vector["about"]


@pytest.mark.parametrize("vector", CARRIED, ids=by_name)
def test_asgi_request_has_its_decision(vector: Vector) -> None:
    compare(vector, decided_by_asgi(vector))


@pytest.mark.parametrize(
    "vector", [vector for vector in CARRIED if vector["name"] not in JOINED_BY_THE_SERVER], ids=by_name
)
def test_wsgi_request_has_its_decision(vector: Vector) -> None:
    compare(vector, decided_by_wsgi(vector))


@pytest.mark.parametrize("vector", WRITTEN, ids=by_name)
def test_configuration_has_its_verdict(vector: Vector) -> None:
    verdict = status_of(partial(wsgi.AccessMiddleware, lambda *_: [], **options(vector["guard"])))

    assert verdict == vector["status"], vector["about"]


def test_every_member_of_the_vectors_is_read() -> None:
    known = {
        "guard": {"routes", "open_paths", "check_origin", "trusted_origins", "allow_preflight"},
        "request": {"method", "path", "host", "scheme", "raw_target", "headers", "token"},
        "decision": {"kind", "email", "http_status", "content_type", "location", "headers", "body"},
    }

    for part, members in known.items():
        assert {member for vector in GUARDS["vectors"] for member in vector.get(part, {})} <= members


def test_few_vectors_are_left_out() -> None:
    """Those that the protocols cannot carry or the arguments cannot say."""
    assert len(REQUESTS) - len(CARRIED) == 8
    assert len(CONFIGS) - len(WRITTEN) == 18
