"""Preflight requests of browsers (Fetch standard), which never carry a token."""

from __future__ import annotations

from guard_vector import Asked, Guarded, allowed, guard, is_open, opens, refused, route

RULE = "guard/preflight"
OPENED = guard(route("main"), route("other", prefix="/admin"), allow_preflight=True, check_origin=True)
EVERYTHING = guard(allow_preflight=True)
HOSTS = guard(route("main", host="app.example.com"), allow_preflight=True)

ORIGIN, METHOD = ("Origin", b"https://page.example"), ("Access-Control-Request-Method", b"PUT")
BOTH = [ORIGIN, METHOD]


def options(*headers: tuple[str, bytes], **others: object) -> Asked:
    return Asked(**{"method": "OPTIONS", "headers": list(headers), **others})  # type: ignore[arg-type]


def vectors() -> list[Guarded]:
    found: dict[str, Asked] = {
        "usual": options(*BOTH),
        "with-headers": options(*BOTH, ("Access-Control-Request-Headers", b"content-type,x-csrf")),
        "of-admin": options(*BOTH, path=b"/admin"),
        "lower-case-names": options(*((name.lower(), value) for name, value in BOTH)),
        "null-origin": options(("Origin", b"null"), METHOD),
        "own-method": options(ORIGIN, ("Access-Control-Request-Method", b"PURGE")),
        "cross-site": options(*BOTH, ("Sec-Fetch-Site", b"cross-site"), ("Sec-Fetch-Mode", b"cors")),
        "with-token": options(*BOTH, token="user"),
        "with-rubbish": options(*BOTH, token="malformed"),
        "with-email": options(*BOTH, ("Cf-Access-Authenticated-User-Email", b"root@example.com")),
        "over-tls": options(*BOTH, scheme="https"),
    }
    closed: dict[str, Asked] = {
        "plain-options": options(),
        "without-origin": options(METHOD),
        "without-method": options(ORIGIN),
        "empty-origin": options(("Origin", b""), METHOD),
        "empty-method": options(ORIGIN, ("Access-Control-Request-Method", b"")),
        "two-methods": options(ORIGIN, ("Access-Control-Request-Method", b"PUT, GET")),
        "method-twice": options(ORIGIN, METHOD, METHOD),
        "origin-twice": options(ORIGIN, ORIGIN, METHOD),
        "origins-joined": options(("Origin", b"https://a.example, https://b.example"), METHOD),
        "get": options(*BOTH, method="GET"),
        "post": options(*BOTH, method="POST"),
        "put": options(*BOTH, method="PUT"),
        "lower-case": options(*BOTH, method="options"),
        "websocket": options(*BOTH, ("Upgrade", b"websocket")),
        "websocket-scheme": options(*BOTH, scheme="ws"),
    }
    return [
        *(
            is_open(f"preflight-{name}", RULE, "the application answers it, without claims", OPENED, request)
            for name, request in found.items()
        ),
        *(
            refused(f"preflight-not-{name}", RULE, "nothing else is let through", OPENED, request, "NO_TOKEN")
            for name, request in closed.items()
        ),
        *_elsewhere(),
    ]


def _elsewhere() -> list[Guarded]:
    unclean = options(*BOTH, path=b"/admin/../x")
    return [
        refused(
            "preflight-by-default", RULE, "off unless it is configured", guard(), options(*BOTH), "NO_TOKEN"
        ),
        refused("preflight-unclean", RULE, "paths decide", OPENED, unclean, "UNCLEAN_PATH"),
        refused(
            "preflight-unclean-verified",
            RULE,
            "an unclean path is never open",
            EVERYTHING,
            unclean,
            "NO_TOKEN",
        ),
        refused(
            "preflight-unclean-target",
            RULE,
            "nor is an unclean target",
            EVERYTHING,
            options(*BOTH, path=b"/a/b", raw_target=b"/a%2fb"),
            "NO_TOKEN",
        ),
        refused("preflight-of-all", RULE, "nor is *", EVERYTHING, options(*BOTH, path=b"*"), "NO_TOKEN"),
        refused(
            "preflight-without-route",
            RULE,
            "no route, no application",
            HOSTS,
            options(*BOTH, host=b"x.example"),
            "NO_ROUTE",
        ),
        refused(
            "preflight-odd-host", RULE, "no host, no route", HOSTS, options(*BOTH, host=b"a,b"), "NO_ROUTE"
        ),
        is_open("preflight-of-host", RULE, "its route is there", HOSTS, options(*BOTH)),
        allowed(
            "preflight-options-verified", RULE, "other OPTIONS are verified", OPENED, options(token="user")
        ),
        is_open(
            "preflight-open-path",
            RULE,
            "an open path needs no switch",
            guard(open_paths=[opens("OPTIONS", "/")]),
            options(*BOTH),
        ),
    ]
