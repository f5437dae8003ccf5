"""Many applications behind one origin: which verifier judges what, and what is open."""

from __future__ import annotations

from typing import Any

import pytest
from cfaccess import AccessError, InvalidConfig, Keys, Verifier
from cfaccess.wsgi import AccessMiddleware
from guarded import ASSERTION, Ask, Seen, ask_asgi, ask_wsgi
from support import fresh, new_verifier

SHOP, ADMIN, OTHER = "a" * 64, "b" * 64, "c" * 64


@pytest.fixture(params=[ask_wsgi, ask_asgi], ids=["wsgi", "asgi"])
def ask(request: pytest.FixtureRequest) -> Ask:
    asked: Ask = request.param
    return asked


@pytest.fixture
def routes(keys: Keys) -> dict[str, Verifier]:
    """Three applications that share their keys."""
    shop, admin, other = (new_verifier(keys, audiences=[audience]) for audience in (SHOP, ADMIN, OTHER))
    return {
        "Shop.example.com": shop,
        "shop.example.com/admin": admin,
        "shop.example.com/admin/public/": shop,
        "/other": other,
    }


def judged_by(ask: Ask, routes: Any, host: str | None, target: str) -> str:
    """Whose token gets through, or the only answer that all get."""
    outcomes = {
        name: ask(target, host=host, headers=[(ASSERTION, fresh(aud=audience))], routes=routes).outcome
        for name, audience in (("shop", SHOP), ("admin", ADMIN), ("other", OTHER))
    }
    accepted = [name for name, outcome in outcomes.items() if outcome == "user@example.com"]
    if accepted:
        (name,) = accepted
        assert sorted(outcomes.values()) == ["WRONG_AUDIENCE", "WRONG_AUDIENCE", "user@example.com"]
        return name
    (outcome,) = set(outcomes.values())
    return outcome


@pytest.mark.parametrize(
    ("host", "target", "judge"),
    [
        ("shop.example.com", "/", "shop"),
        ("shop.example.com", "/x?/admin", "shop"),
        ("SHOP.example.com:8443", "/", "shop"),
        ("shop.example.com.", "/", "shop"),
        ("shop.example.com", "/admin", "admin"),
        ("shop.example.com", "/admin/", "admin"),
        ("shop.example.com", "/admin/users", "admin"),
        ("shop.example.com", "/%61dmin/users", "admin"),
        ("shop.example.com", "/administration", "shop"),
        ("shop.example.com", "/Admin", "shop"),
        ("shop.example.com", "/admin/public", "shop"),
        ("shop.example.com", "/admin/public/x", "shop"),
        ("shop.example.com", "/admin/publications", "admin"),
        ("shop.example.com", "/other", "shop"),
        ("unknown.example.com", "/other", "other"),
        ("unknown.example.com", "/other/x", "other"),
        ("unknown.example.com", "/others", "NO_ROUTE"),
        ("unknown.example.com", "/", "NO_ROUTE"),
        ("shop.example.com.evil.example", "/", "NO_ROUTE"),
        ("evil.example/shop.example.com", "/other", "NO_ROUTE"),
        ("shop.example.com,other.example.com", "/other", "NO_ROUTE"),
        ("", "/other", "NO_ROUTE"),
        (None, "/other", "NO_ROUTE"),
    ],
)
def test_longest_route_judges(
    ask: Ask, routes: dict[str, Verifier], host: str | None, target: str, judge: str
) -> None:
    assert judged_by(ask, routes, host, target) == judge


UNCLEAN = [
    "/shop/../admin",
    "/./admin",
    "/admin/.",
    "/admin/..",
    "//admin",
    "/shop//admin",
    "/admin//",
    "/shop%2fadmin",
    "/shop%2Fadmin",
    "/%2e%2e/admin",
    "/shop/%2e%2e/admin",
    "/shop/.%2E/admin",
    "/%2e/admin",
    "/shop/..%2fadmin",
    "/..%5cadmin",
    "/shop%5cadmin",
    "/shop/%252e%252e/admin",
    "/%2561dmin",
    "/shop%252fadmin",
    "/shop/..;/admin",
    "/shop/..;x=y/admin",
    "/shop/.;/admin",
    "/admin%00",
    "/admin%0a",
    "/admin%7f",
    "/%c0%afadmin",
    "/%ffadmin",
    "",
    "*",
    "admin",
]


@pytest.mark.parametrize("target", UNCLEAN)
def test_unclean_path_does_not_slip_past(ask: Ask, routes: dict[str, Verifier], target: str) -> None:
    assert judged_by(ask, routes, "shop.example.com", target) == "UNCLEAN_PATH"


@pytest.mark.parametrize("target", UNCLEAN)
def test_where_one_verifier_judges_all_paths_unclean_ones_are_verified(
    ask: Ask, verifier: Verifier, target: str
) -> None:
    assert ask(target, headers=[(ASSERTION, fresh())], verifier=verifier).outcome == "user@example.com"
    assert ask(target, verifier=verifier).outcome == "NO_TOKEN"


@pytest.mark.parametrize(
    "target",
    [
        "/a",
        "/a/",
        "/.well-known/x",
        "/...",
        "/a/..b",
        "/100%25",
        "/a%20b",
        "/%C3%BC",
        "/a;b=c",
        "/a:b@c",
        "/~u",
    ],
)
def test_ordinary_paths_are_clean(ask: Ask, routes: dict[str, Verifier], target: str) -> None:
    assert judged_by(ask, routes, "shop.example.com", target) == "shop"


def test_wsgi_application_below_a_script_name_has_the_whole_path(routes: dict[str, Verifier]) -> None:
    started: list[str] = []
    guarded = AccessMiddleware(lambda *_: [], routes=routes)
    environ = {
        "REQUEST_METHOD": "GET",
        "HTTP_HOST": "shop.example.com",
        "SCRIPT_NAME": "/admin",
        "PATH_INFO": "/users",
        "HTTP_CF_ACCESS_JWT_ASSERTION": fresh(aud=SHOP),
    }

    guarded(environ, lambda status, _: started.append(status))

    assert started == ["401 Unauthorized"]


OPEN = ["GET /healthz", "OPTIONS /api/items", "POST hooks.example.com/hook"]


@pytest.mark.parametrize(
    ("method", "host", "target"),
    [
        ("GET", "app.example.com", "/healthz"),
        ("GET", "10.0.0.7:8080", "/healthz"),
        ("GET", None, "/healthz"),
        ("GET", "app.example.com", "/healthz?full=1"),
        ("GET", "app.example.com", "/health%7A"),
        ("OPTIONS", "app.example.com", "/api/items"),
        ("POST", "hooks.example.com:8080", "/hook"),
        ("POST", "HOOKS.example.com.", "/hook"),
    ],
)
def test_open_path_is_let_through(
    ask: Ask, verifier: Verifier, method: str, host: str | None, target: str
) -> None:
    for headers in ([], [(ASSERTION, "rubbish")], [(ASSERTION, fresh())]):
        seen = ask(target, method=method, host=host, headers=headers, verifier=verifier, open_paths=OPEN)
        assert seen.outcome == "open"


@pytest.mark.parametrize(
    ("method", "host", "target"),
    [
        ("HEAD", "app.example.com", "/healthz"),
        ("POST", "app.example.com", "/healthz"),
        ("get", "app.example.com", "/healthz"),
        ("GET", "app.example.com", "/healthz/"),
        ("GET", "app.example.com", "/healthz/deep"),
        ("GET", "app.example.com", "/HEALTHZ"),
        ("GET", "app.example.com", "/healthz;a=b"),
        ("GET", "app.example.com", "//healthz"),
        ("GET", "app.example.com", "/x/../healthz"),
        ("GET", "app.example.com", "/healthz%2f"),
        ("GET", "app.example.com", "/healthz%00"),
        ("GET", "app.example.com", "/api/items"),
        ("OPTIONS", "app.example.com", "/api/items/1"),
        ("OPTIONS", "app.example.com", "/api%2Fitems"),
        ("POST", "app.example.com", "/hook"),
        ("POST", "hooks.example.com.evil.example", "/hook"),
        ("POST", None, "/hook"),
    ],
)
def test_nothing_near_an_open_path_is_open(
    ask: Ask, verifier: Verifier, method: str, host: str | None, target: str
) -> None:
    seen: Seen = ask(target, method=method, host=host, verifier=verifier, open_paths=OPEN)

    assert seen.status == 401


@pytest.mark.parametrize(
    "options",
    [
        {"routes": {}},
        {"routes": {"": "verifier"}},
        {"routes": {"app.example.com:8080": "verifier"}},
        {"routes": {"*.example.com": "verifier"}},
        {"routes": {"https://app.example.com": "verifier"}},
        {"routes": {"/a/../b": "verifier"}},
        {"routes": {"/a//b": "verifier"}},
        {"routes": {"/a%20b%2f": "verifier"}},
        {"routes": {"/a": "verifier", "/a/": "verifier"}},
        {"routes": {"a.example": "verifier", "A.example/": "verifier"}},
        {},
        {"verifier": "verifier", "routes": {"/": "verifier"}},
        {"verifier": "verifier", "open_paths": ["/healthz"]},
        {"verifier": "verifier", "open_paths": ["get /healthz"]},
        {"verifier": "verifier", "open_paths": ["GET healthz"]},
        {"verifier": "verifier", "open_paths": ["GET *"]},
        {"verifier": "verifier", "open_paths": ["GET /a/../b"]},
        {"verifier": "verifier", "login_page": "http://acme.cloudflareaccess.com/"},
        {"verifier": "verifier", "login_page": "https://user@acme.cloudflareaccess.com/"},
        {"verifier": "verifier", "login_page": "https://acme.cloudflareaccess.com/?a=b"},
        {"verifier": "verifier", "login_page": "https://acme.cloudflareaccess.com/\r\nX: y"},
        {"verifier": "verifier", "login_page": "/login"},
        {"verifier": "verifier", "login_page": {"/typo": "https://acme.cloudflareaccess.com/"}},
        {"verifier": "verifier", "trusted_origins": ["https://app.example.com"]},
        {"verifier": "verifier", "check_origin": True, "trusted_origins": ["app.example.com"]},
        {"verifier": "verifier", "check_origin": True, "trusted_origins": ["https://app.example.com/"]},
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
