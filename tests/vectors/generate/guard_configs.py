"""Guards that cannot be made: everything that is not certain to be meant as it would be understood."""

from __future__ import annotations

from guard_vector import Guarded, guard, opens, route, slug
from mint import Object

RULE = "guard/config"

GOOD_HOSTS = [
    "app.example.com",
    "APP.example.com.",
    "localhost",
    "my_service",
    "127.0.0.1",
    "::1",
    "[::1]",
    "2001:DB8::1",
]
BAD_HOSTS = [
    "",
    ".",
    "app.example.com..",
    ".example.com",
    "a..b",
    "app.example.com:443",
    "app.example.com:",
    "[::1]:80",
    "[::1",
    "::1]",
    "*.example.com",
    "*",
    "https://app.example.com",
    "app.example.com/",
    "user@app.example.com",
    "a,b",
    "a b",
    " app.example.com",
    "\u00e9.example",
    "a" * 64,
]
GOOD_PREFIXES = ["/", "/admin", "/admin/", "/a/b/c", "/a b", "/\u00fc", "/.well-known", "/a;b", "/100%"]
BAD_PREFIXES = [
    "",
    "admin",
    "//",
    "/admin//",
    "/a//b",
    "/a/../b",
    "/x/..",
    "/./a",
    "/..;/a",
    "/%61dmin",
    "/a%2fb",
    "/a\\b",
    "/a\n",
    "/a\u0085",
    "/\ufffd",
    "/*",
    "/admin/*",
    "*",
    "/a?b",
    "/a#b",
    "https://app.example.com/admin",
]
GOOD_METHODS = ["GET", "POST", "PROPFIND", "X"]
BAD_METHODS = [
    "",
    "M-SEARCH",
    "V1",
    "get",
    "Get",
    "GET ",
    " GET",
    "GET,POST",
    "GET /",
    "*/*",
    "G\u00c9T",
    "GET\n",
    "GET:",
]
GOOD_PAGES = [
    "https://acme.cloudflareaccess.com/cdn-cgi/access/login/app.example.com",
    "https://acme.cloudflareaccess.com",
    "https://acme.cloudflareaccess.com/",
    "https://login.example.com:8443/x",
]
BAD_PAGES = [
    "",
    "/login",
    "//acme.cloudflareaccess.com/x",
    "acme.cloudflareaccess.com/x",
    "http://acme.cloudflareaccess.com/x",
    "https://",
    "https:///x",
    "https://user@acme.cloudflareaccess.com/x",
    "https://user:pass@acme.cloudflareaccess.com/x",
    "https://acme.cloudflareaccess.com/?a=b",
    "https://acme.cloudflareaccess.com/x?redirect_url=y",
    "https://acme.cloudflareaccess.com?",
    "https://acme.cloudflareaccess.com/#x",
    "https://acme.cloudflareaccess.com/\r\nX: y",
    "https://acme.cloudflareaccess.com/a b",
    "https://acme.cloudflareaccess.com/\\x",
    "https://acme.cloudflareaccess.com/\u00fc",
    "https://acme.cloudflareaccess.com:x/",
    "https://a,b/",
    "https://acme..com/",
]
GOOD_ORIGINS = [
    "https://app.example.com",
    "HTTPS://App.Example.Com",
    "http://localhost:3000",
    "https://[::1]:8443",
    "https://a:443",
]
BAD_ORIGINS = [
    "",
    "null",
    "*",
    "app.example.com",
    "https://",
    "https://app.example.com/",
    "https://app.example.com/x",
    "https://user@app.example.com",
    "https://*.example.com",
    "https://app.example.com:",
    "https://app.example.com:x",
    "https://app.example.com:65536",
    "https://app.example.com https://b.example.com",
    "https://a,b",
    "ftp://app.example.com",
    "chrome-extension://abc",
    " https://app.example.com",
    "https://\u00fc.example",
]


def vectors() -> list[Guarded]:
    return [
        *_each("host", GOOD_HOSTS, BAD_HOSTS, lambda host: guard(route(host=host))),
        *_each("prefix", GOOD_PREFIXES, BAD_PREFIXES, lambda prefix: guard(route(prefix=prefix))),
        *_each("login-page", GOOD_PAGES, BAD_PAGES, lambda page: guard(route(login_page=page))),
        *_each(
            "open-path", [*GOOD_PREFIXES], BAD_PREFIXES, lambda path: guard(open_paths=[opens("GET", path)])
        ),
        *_each(
            "open-method", GOOD_METHODS, BAD_METHODS, lambda method: guard(open_paths=[opens(method, "/a")])
        ),
        *_each("open-host", GOOD_HOSTS, BAD_HOSTS, lambda host: guard(open_paths=[opens("GET", "/a", host)])),
        *_each(
            "origin",
            GOOD_ORIGINS,
            BAD_ORIGINS,
            lambda origin: guard(check_origin=True, trusted_origins=[origin]),
        ),
        *_whole(),
    ]


def _each(kind: str, good: list[str], bad: list[str], used: object) -> list[Guarded]:
    assert callable(used)
    return [
        Guarded(f"config-{kind}-{slug(text)[:60]}", RULE, f"a good {kind}", used(text), "OK") for text in good
    ] + [
        Guarded(
            f"config-bad-{kind}-{slug(text)[:60]}",
            RULE,
            f"no {kind} that could be meant",
            used(text),
            "INVALID_CONFIG",
        )
        for text in bad
    ]


def _whole() -> list[Guarded]:
    good: dict[str, Object] = {
        "several": guard(
            route(), route(prefix="/a"), route(host="a.example"), route(host="a.example", prefix="/a")
        ),
        "one-verifier-twice": guard(route("main", prefix="/a"), route("main", prefix="/b")),
        "open-twice": guard(open_paths=[opens("GET", "/a"), opens("GET", "/a")]),
        "origins-without-friends": guard(check_origin=True),
    }
    bad: dict[str, Object] = {
        "no-route": {"routes": []},
        "open-but-no-route": {"routes": [], "open_paths": [opens("GET", "/a")]},
        "same-prefix": guard(route(prefix="/a"), route(prefix="/a/")),
        "same-root": guard(route(), route(prefix="/")),
        "same-host": guard(route(host="a.example"), route(host="A.example.")),
        "same-address": guard(route(host="::1"), route(host="[0:0::1]")),
        "friends-without-check": guard(trusted_origins=["https://app.example.com"]),
    }
    return [Guarded(f"config-{name}", RULE, "can be meant", used, "OK") for name, used in good.items()] + [
        Guarded(f"config-bad-{name}", RULE, "cannot be meant", used, "INVALID_CONFIG")
        for name, used in bad.items()
    ]
