"""When a browser is sent to log in, and where it comes back to."""

from __future__ import annotations

from guard_vector import Asked, Guarded, guard, redirected, refused, route, slug

RULE = "guard/redirect"
LOGIN = "https://acme.cloudflareaccess.com/cdn-cgi/access/login/app.example.com"
WITH_PAGE = guard(route("main", login_page=LOGIN))
SHORT = guard(route("short sessions", login_page=LOGIN))
ACCEPT = ("Accept", b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
TEXT = "text/plain; charset=utf-8"


def page(
    path: bytes = b"/", *headers: tuple[str, bytes], token: str | None = None, **others: object
) -> Asked:
    """A browser navigates."""
    return Asked(path, token, headers=[ACCEPT, *headers], **others)  # type: ignore[arg-type]


def vectors() -> list[Guarded]:
    return [*_paths(), *_redirected(), *_not_redirected(), *_accepts(), *_routes()]


def _paths() -> list[Guarded]:
    backs = {
        b"/": "%2F",
        b"/a/b": "%2Fa%2Fb",
        b"/a/b/": "%2Fa%2Fb%2F",
        b"/a b": "%2Fa%2520b",
        b"/a b&c=#": "%2Fa%2520b%26c%3D%2523",
        b"/a?b": "%2Fa%253Fb",
        b"/100%": "%2F100%2525",
        "/\u00fc".encode(): "%2F%25C3%25BC",
        b"/;:@=+$,&!~*'()-._": "%2F%3B%3A%40%3D%2B%24%2C%26%21~%2A%27%28%29-._",
        b'/"<>[]^`{|}': "%2F%2522%253C%253E%255B%255D%255E%2560%257B%257C%257D",
    }
    unclean = [b"//evil.example/", b"/\\evil.example", b"/a/../b", b"/a\r\nX: y", b"/%2e", b"/\xff", b"*"]
    return (
        [
            redirected(
                f"login-path-{slug(path)}",
                RULE,
                "the path, encoded for its place",
                WITH_PAGE,
                page(path),
                f"{LOGIN}?redirect_url={back}",
            )
            for path, back in backs.items()
        ]
        + [
            refused(
                f"login-unclean-{slug(path)}",
                RULE,
                "a path that could lead elsewhere is no way back",
                WITH_PAGE,
                page(path),
                "NO_TOKEN",
                content_type=TEXT,
            )
            for path in unclean
        ]
        + [
            refused(
                "login-unclean-target",
                RULE,
                "nor is such a target",
                WITH_PAGE,
                page(b"/a/b", raw_target=b"/a%2fb"),
                "NO_TOKEN",
                content_type=TEXT,
            )
        ]
    )


def _redirected() -> list[Guarded]:
    to_root = f"{LOGIN}?redirect_url=%2F"
    found = {
        "no-token": (WITH_PAGE, page()),
        "expired": (WITH_PAGE, page(token="expired")),
        "old-session": (SHORT, page(token="old session")),
        "fetch-metadata": (
            WITH_PAGE,
            page(b"/", ("Sec-Fetch-Mode", b"navigate"), ("Sec-Fetch-Dest", b"document")),
        ),
        "from-another-site": (WITH_PAGE, page(b"/", ("Sec-Fetch-Site", b"cross-site"))),
        "other-script-header": (WITH_PAGE, page(b"/", ("X-Requested-With", b"com.example.browser"))),
        "forwarded-host": (
            WITH_PAGE,
            page(b"/", ("X-Forwarded-Host", b"evil.example"), ("Referer", b"https://evil.example/")),
        ),
        "absolute-target": (
            WITH_PAGE,
            page(b"/", raw_target=b"http://app.example.com/?redirect_url=https://evil.example"),
        ),
        "query-left-behind": (WITH_PAGE, page(b"/", raw_target=b"/?token=secret")),
        "over-tls": (WITH_PAGE, page(b"/", scheme="https")),
        "h2c": (WITH_PAGE, page(b"/", ("Upgrade", b"h2c"))),
    }
    return [
        redirected(f"login-{name}", RULE, "a page that a login helps", used, request, to_root)
        for name, (used, request) in found.items()
    ]


def _not_redirected() -> list[Guarded]:
    navigation: dict[str, Asked] = {
        "script": page(b"/", ("X-Requested-With", b"XMLHttpRequest")),
        "script-lower-case": page(b"/", ("X-Requested-With", b"xmlhttprequest")),
        "script-twice": page(b"/", ("X-Requested-With", b"x"), ("X-Requested-With", b"XMLHttpRequest")),
        "cors": page(b"/", ("Sec-Fetch-Mode", b"cors")),
        "mode-twice": page(b"/", ("Sec-Fetch-Mode", b"navigate"), ("Sec-Fetch-Mode", b"navigate")),
        "mode-upper-case": page(b"/", ("Sec-Fetch-Mode", b"Navigate")),
        "mode-empty": page(b"/", ("Sec-Fetch-Mode", b"")),
        "image": page(b"/", ("Sec-Fetch-Dest", b"image")),
        "frame": page(b"/", ("Sec-Fetch-Mode", b"navigate"), ("Sec-Fetch-Dest", b"iframe")),
        "websocket": page(b"/", ("Upgrade", b"websocket")),
        "websocket-scheme": page(b"/", scheme="wss"),
        "post": page(method="POST"),
        "lower-case-method": page(method="get"),
    }
    refusals = {
        "malformed": "MALFORMED",
        "forged": "BAD_SIGNATURE",
        "other application": "WRONG_AUDIENCE",
        "service": "SERVICE_NOT_ALLOWED",
    }
    return [
        *(
            refused(
                f"login-not-{name}",
                RULE,
                "no page is shown",
                WITH_PAGE,
                request,
                "NO_TOKEN",
                content_type=TEXT,
            )
            for name, request in navigation.items()
        ),
        refused(
            "login-not-head",
            RULE,
            "no page is shown",
            WITH_PAGE,
            page(method="HEAD"),
            "NO_TOKEN",
            content_type=TEXT,
        ),
        *(
            refused(
                f"login-not-{slug(token)}",
                RULE,
                "Access would send the browser back with the same token",
                WITH_PAGE,
                page(token=token),
                status,
                content_type=TEXT,
            )
            for token, status in refusals.items()
        ),
        refused(
            "login-not-another",
            RULE,
            "the header names another person",
            WITH_PAGE,
            page(b"/", ("Cf-Access-Authenticated-User-Email", b"admin@example.com"), token="user"),
            "IDENTITY_MISMATCH",
            content_type=TEXT,
        ),
        refused("login-not-configured", RULE, "no page", guard(), page(), "NO_TOKEN", content_type=TEXT),
    ]


def _accepts() -> list[Guarded]:
    """HTML must be asked for by name."""
    asked = {
        b"text/html": True,
        b"TEXT/HTML": True,
        b"text/html;q=0.1": True,
        b"application/json, text/html;q=0.001": True,
        b"text/html;charset=utf-8": True,
        b"": False,
        b"*/*": False,
        b"text/*": False,
        b"application/json": False,
        b"text/html;q=0": False,
        b"text/html;q=0, */*": False,
        b"text/html;q=2": False,
        b"text/html;q": False,
        b"text/htmlx": False,
        b"xtext/html": False,
        b'text/plain;x="text/html"': False,
        b'text/plain;x=",text/html,"': False,
    }
    text = {b"text/*", b'text/plain;x="text/html"', b'text/plain;x=",text/html,"'}
    return [
        redirected(
            f"login-accept-{slug(accept)}",
            RULE,
            "HTML is asked for",
            WITH_PAGE,
            Asked(headers=[("Accept", accept)]),
            f"{LOGIN}?redirect_url=%2F",
        )
        if wanted
        else refused(
            f"login-accept-{slug(accept)}",
            RULE,
            "HTML is not asked for",
            WITH_PAGE,
            Asked(headers=[("Accept", accept)]),
            "NO_TOKEN",
            content_type=TEXT if accept in text else "application/json",
        )
        for accept, wanted in asked.items()
    ] + [
        refused("login-accept-missing", RULE, "nothing is asked for", WITH_PAGE, Asked(), "NO_TOKEN"),
        redirected(
            "login-accept-two-headers",
            RULE,
            "several headers are one list",
            WITH_PAGE,
            Asked(headers=[("Accept", b"image/png"), ("accept", b"text/html")]),
            f"{LOGIN}?redirect_url=%2F",
        ),
    ]


def _routes() -> list[Guarded]:
    other = "https://login.example.com:8443"
    used = guard(
        route("main", prefix="/a", login_page=LOGIN),
        route("main", prefix="/b"),
        route("main", prefix="/c", login_page=other),
    )
    return [
        redirected(
            "login-of-route",
            RULE,
            "each route has its own",
            used,
            page(b"/a/x"),
            f"{LOGIN}?redirect_url=%2Fa%2Fx",
        ),
        redirected(
            "login-of-another-route",
            RULE,
            "each route has its own",
            used,
            page(b"/c"),
            f"{other}?redirect_url=%2Fc",
        ),
        refused("login-of-no-page", RULE, "or none", used, page(b"/b"), "NO_TOKEN", content_type=TEXT),
        refused(
            "login-of-no-route", RULE, "no route, no page", used, page(b"/d"), "NO_ROUTE", content_type=TEXT
        ),
    ]
