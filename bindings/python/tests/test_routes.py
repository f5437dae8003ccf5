"""Which arguments make a middleware, and on which path it decides."""

from __future__ import annotations

from typing import Any

import pytest
from cfaccess import AccessError, InvalidArgument, InvalidConfig, Keys, Verifier
from cfaccess.asgi import AccessMiddleware as AsgiMiddleware
from cfaccess.wsgi import AccessMiddleware
from guarded import connect
from support import fresh, new_verifier

USER, ADMIN = "a" * 64, "b" * 64
OPEN = ["GET /healthz"]


@pytest.fixture
def routes(keys: Keys) -> dict[str, Verifier]:
    """A site, and a part of it for few."""
    return {
        "/": new_verifier(keys, audiences=[USER]),
        "/admin": new_verifier(keys, audiences=[ADMIN]),
        "app.example.com": new_verifier(keys, audiences=[USER]),
        "app.example.com/admin": new_verifier(keys, audiences=[ADMIN]),
    }


Below = tuple[str, str, str]

# A root path, a path as the server reports it, and the path on which an application routes.
BELOW_A_ROOT: list[Below] = [
    ("", "/admin", "/admin"),
    ("/api", "/api/admin", "/admin"),
    ("/api", "/api/admin/users", "/admin"),
    ("/api", "/api/healthz", "/healthz"),
    ("/api", "/api", "/"),
    ("/api", "/api/", "/"),
    ("/api", "/admin", "/admin"),
    ("/api", "/healthz", "/healthz"),
    ("/api", "/api/api/admin", "/"),
    ("/admin", "/admin", "/"),
    ("/admin", "/admin/admin", "/admin"),
    ("/adm", "/admin", "/admin"),
    ("/healthz", "/healthz", "/"),
    ("/healthz", "/healthz/", "/"),
    ("/api/", "/api//admin", "/admin"),
    ("/api/", "/api/admin", "/admin"),
    ("/api/", "/api/", "/"),
    ("/a/b", "/a/b/admin", "/admin"),
    ("/", "/admin", "/admin"),
    ("/", "//admin", "/admin"),
]


def judge(statuses: dict[str, str]) -> str:
    """The path that has the judge who said so, of requests with either token and with none."""
    return {
        ("OK", "WRONG_AUDIENCE", "NO_TOKEN"): "/",
        ("WRONG_AUDIENCE", "OK", "NO_TOKEN"): "/admin",
        ("OK", "OK", "OK"): "/healthz",
    }[(statuses[USER], statuses[ADMIN], statuses[""])]


def token_headers(audience: str) -> list[tuple[bytes, bytes]]:
    return [(b"cf-access-jwt-assertion", fresh(aud=audience).encode())] if audience else []


@pytest.mark.parametrize("host", [b"app.example.com", b"other.example.com"])
@pytest.mark.parametrize(("root", "path", "routed"), BELOW_A_ROOT)
def test_root_path_is_not_part_of_the_path(
    routes: dict[str, Verifier], host: bytes, root: str, path: str, routed: str
) -> None:
    def status(audience: str) -> str:
        outcome = ["OK"]

        async def application(*_: object) -> None:
            pass

        guarded = AsgiMiddleware(
            application,
            routes=routes,
            open_paths=OPEN,
            on_refusal=lambda _, error: outcome.append(error.status),
        )
        headers = [
            (b"host", host),
            (b"script_name", b"/healthz"),
            (b"script-name", b"/healthz"),
            (b"x-forwarded-prefix", b"/healthz"),
            *token_headers(audience),
        ]
        scope = {
            "type": "http",
            "method": "GET",
            "root_path": root,
            "path": path,
            "raw_path": path.encode(),
            "headers": headers,
        }
        connect(guarded, scope)
        return outcome[-1]

    assert judge({audience: status(audience) for audience in (USER, ADMIN, "")}) == routed


@pytest.mark.parametrize("path", ["/api/admin", "/api/admin/"])
def test_root_path_is_not_part_of_the_path_of_a_websocket(routes: dict[str, Verifier], path: str) -> None:
    async def accept(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})

    def answer(audience: str) -> str:
        scope = {
            "type": "websocket",
            "root_path": "/api",
            "path": path,
            "headers": [(b"host", b"app.example.com"), *token_headers(audience)],
        }
        (sent,) = connect(AsgiMiddleware(accept, routes=routes), scope, {"type": "websocket.connect"})
        return str(sent.get("reason", "accepted"))

    assert [answer(USER), answer(ADMIN), answer("")] == ["WRONG_AUDIENCE", "accepted", "NO_TOKEN"]


@pytest.mark.parametrize("script_name", ["", "/api", "/api/", "/admin", "/healthz"])
@pytest.mark.parametrize(
    ("path", "routed"),
    [
        ("/admin", "/admin"),
        ("admin", "/admin"),  # of gunicorn, for /apiadmin
        ("/admin/users", "/admin"),
        ("/", "/"),
        ("", "/"),
        (None, "/"),
        ("/healthz", "/healthz"),
        ("healthz", "/healthz"),
    ],
)
def test_script_name_is_not_part_of_the_path(
    routes: dict[str, Verifier], script_name: str, path: str | None, routed: str
) -> None:
    def status(audience: str) -> str:
        outcome = ["OK"]
        guarded = AccessMiddleware(
            lambda *_: [],
            routes=routes,
            open_paths=OPEN,
            on_refusal=lambda _, error: outcome.append(error.status),
        )
        environ = {
            "REQUEST_METHOD": "GET",
            "HTTP_HOST": "app.example.com",
            "SCRIPT_NAME": script_name,
            "HTTP_SCRIPT_NAME": "/healthz",
            "HTTP_X_FORWARDED_PREFIX": "/healthz",
            "PATH_INFO": path,
        }
        if path is None:
            del environ["PATH_INFO"]
        if audience:
            environ["HTTP_CF_ACCESS_JWT_ASSERTION"] = fresh(aud=audience)
        guarded(environ, lambda *_: None)
        return outcome[-1]

    assert judge({audience: status(audience) for audience in (USER, ADMIN, "")}) == routed


@pytest.mark.parametrize(
    "options",
    [
        {"routes": {}},
        {"routes": {"": "verifier"}},
        {"routes": {"https://app.example.com": "verifier"}},
        {"routes": {"/a": "verifier", "/a/": "verifier"}},
        {"routes": {"a.example": "verifier", "A.example/": "verifier"}},
        {},
        {"verifier": "verifier", "routes": {"/": "verifier"}},
        {"verifier": "verifier", "open_paths": ["/healthz"]},
        {"verifier": "verifier", "open_paths": ["GET healthz"]},
        {"verifier": "verifier", "open_paths": ["GET *"]},
        {"verifier": "verifier", "login_page": "/login"},
        {"verifier": "verifier", "login_page": {"/typo": "https://acme.cloudflareaccess.com/"}},
        {"verifier": "verifier", "trusted_origins": ["https://app.example.com"]},
    ],
    ids=str,
)
def test_wrong_configuration_makes_no_middleware(verifier: Verifier, options: dict[str, Any]) -> None:
    made: dict[str, Any] = {
        name: verifier if value == "verifier" else value for name, value in options.items()
    }
    if "routes" in made:
        made["routes"] = dict.fromkeys(made["routes"], verifier)

    with pytest.raises(InvalidConfig):
        AccessMiddleware(lambda *_: [], **made)


@pytest.mark.parametrize("variable", ["RAW_URI", "REQUEST_URI"])
def test_encoded_slash_shows_in_what_the_server_reports(routes: dict[str, Verifier], variable: str) -> None:
    refused: list[str] = []
    guarded = AccessMiddleware(
        lambda *_: [], routes=routes, on_refusal=lambda _, error: refused.append(error.status)
    )
    environ = {
        "REQUEST_METHOD": "GET",
        "HTTP_HOST": "app.example.com",
        "PATH_INFO": "/shop/admin",
        variable: "/shop%2Fadmin?x=1",
        "HTTP_CF_ACCESS_JWT_ASSERTION": fresh(aud=USER),
    }

    guarded(environ, lambda *_: None)

    assert refused == ["UNCLEAN_PATH"]


async def asynchronous(source: Any, error: AccessError) -> None:
    """A hook that nobody would wait for."""


@pytest.mark.parametrize(
    "options",
    [
        {"verifier": "acme"},
        {"routes": ["/"]},
        {"routes": {"/": "acme"}},
        {"routes": {5: "acme"}},
        {"open_paths": "GET /healthz"},
        {"open_paths": [("GET", "/healthz")]},
        {"check_origin": "no"},
        {"allow_preflight": 1},
        {"check_origin": True, "trusted_origins": "https://app.example.com"},
        {"login_page": True},
        {"on_refusal": "log"},
        {"on_refusal": asynchronous},
        {"open": ["GET /healthz"]},
    ],
    ids=str,
)
def test_wrong_types_make_no_middleware(verifier: Verifier, options: dict[str, Any]) -> None:
    usual = {} if "routes" in options else {"verifier": verifier}

    with pytest.raises(TypeError):
        AccessMiddleware(lambda *_: [], **{**usual, **options})


def test_closed_verifier_makes_no_middleware(verifier: Verifier) -> None:
    verifier.close()

    with pytest.raises(InvalidArgument):
        AccessMiddleware(lambda *_: [], verifier)
