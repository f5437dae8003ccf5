"""Requests that a page of another origin makes a browser send."""

from __future__ import annotations

from guard_vector import Asked, Guarded, allowed, guard, is_open, opens, refused, slug

RULE = "guard/origin"
OWN, EVIL, FRIEND = b"https://app.example.com", b"https://evil.example", b"https://friend.example"
LOCAL = b"http://localhost:3000"
CHECKED = guard(
    check_origin=True,
    trusted_origins=[
        "https://Friend.example",
        "http://localhost:3000",
        "https://usual.example:443",
        "https://[::1]:8443",
    ],
    open_paths=[opens("POST", "/hook")],
)

Headers = list[tuple[str, bytes]]


def origin(value: bytes) -> tuple[str, bytes]:
    return "Origin", value


def site(value: bytes) -> tuple[str, bytes]:
    return "Sec-Fetch-Site", value


OWN_ONES: dict[str, Headers] = {
    "a-program": [],
    "own": [origin(OWN)],
    "own-upper-case": [origin(OWN.upper())],
    "own-over-http": [origin(b"http://app.example.com")],
    "own-and-site": [origin(OWN), site(b"same-origin")],
    "own-site": [site(b"same-origin")],
    "address-bar": [site(b"none")],
    "friend": [origin(FRIEND)],
    "friend-and-site": [origin(FRIEND), site(b"cross-site")],
    "friend-upper-case": [origin(FRIEND.upper()), site(b"cross-site")],
    "friend-with-usual-port": [origin(FRIEND + b":443"), site(b"cross-site")],
    "local": [origin(LOCAL), site(b"cross-site")],
    "usual-port-configured": [origin(b"https://usual.example"), site(b"cross-site")],
    "address": [origin(b"https://[0:0::1]:8443"), site(b"cross-site")],
}
FOREIGN: dict[str, Headers] = {
    "evil": [origin(EVIL)],
    "evil-and-site": [origin(EVIL), site(b"cross-site")],
    "site-only": [site(b"cross-site")],
    "same-site": [site(b"same-site")],
    "own-but-cross-site": [origin(OWN), site(b"cross-site")],
    "other-host-of-site": [origin(b"https://x.example.com"), site(b"same-site")],
    "null": [origin(b"null")],
    "empty": [origin(b"")],
    "unknown-site": [site(b"same-planet")],
    "empty-site": [site(b"")],
    "site-upper-case": [site(b"Same-Origin")],
    "own-with-port": [origin(OWN + b":8443")],
    "own-as-beginning": [origin(OWN + b".evil.example")],
    "own-with-path": [origin(OWN + b"/")],
    "own-with-user": [origin(b"https://user@app.example.com")],
    "own-without-scheme": [origin(b"app.example.com")],
    "own-with-other-scheme": [origin(b"ftp://app.example.com")],
    "own-with-empty-port": [origin(OWN + b":")],
    "friend-over-http": [origin(b"http://friend.example")],
    "local-other-port": [origin(b"http://localhost:3001")],
    "local-over-tls": [origin(b"https://localhost:3000")],
    "address-other-port": [origin(b"https://[::1]:8444")],
    "two-origins": [origin(OWN), origin(EVIL)],
    "same-origin-twice": [origin(OWN), origin(OWN)],
    "two-sites": [site(b"same-origin"), site(b"cross-site")],
    "two-sites-alike": [site(b"same-origin"), site(b"same-origin")],
    "joined-origins": [origin(OWN + b", " + OWN)],
    "joined-sites": [site(b"same-origin,cross-site")],
}


def vectors() -> list[Guarded]:
    return [*_pages(), *_methods(), *_handshakes(), *_hosts(), *_elsewhere()]


def post(*headers: tuple[str, bytes], **others: object) -> Asked:
    return Asked(**{"token": "user", "method": "POST", "headers": list(headers), **others})  # type: ignore[arg-type]


def passes(name: str, about: str, request: Asked) -> Guarded:
    return allowed(f"origin-{name}", RULE, about, CHECKED, request)


def fails(name: str, about: str, request: Asked) -> Guarded:
    return refused(f"origin-{name}", RULE, about, CHECKED, request, "CROSS_ORIGIN")


def _pages() -> list[Guarded]:
    return [
        *(
            passes(name, "the application's own, or trusted", post(*headers))
            for name, headers in OWN_ONES.items()
        ),
        *(fails(name, "another origin's", post(*headers)) for name, headers in FOREIGN.items()),
        *(
            passes(f"{name}-get", "GET changes nothing", post(*headers, method="GET"))
            for name, headers in FOREIGN.items()
        ),
    ]


def _methods() -> list[Guarded]:
    foreign = origin(EVIL)
    safe, unsafe = ("GET", "HEAD", "OPTIONS"), ("PUT", "PATCH", "DELETE", "PURGE", "TRACE", "get", "")
    return [
        *(passes(f"method-{method}", "changes nothing", post(foreign, method=method)) for method in safe),
        *(
            fails(f"method-{slug(method)}", "may change something", post(foreign, method=method))
            for method in unsafe
        ),
    ]


def _handshakes() -> list[Guarded]:
    upgrade = ("Upgrade", b"websocket")
    return [
        fails("websocket", "a browser sends cookies with it", post(upgrade, origin(EVIL), method="GET")),
        fails(
            "websocket-scheme",
            "a browser sends cookies with it",
            post(origin(EVIL), method="GET", scheme="ws"),
        ),
        fails(
            "websocket-site",
            "a browser sends cookies with it",
            post(upgrade, site(b"cross-site"), method="GET"),
        ),
        fails("empty-upgrade", "whatever it becomes", post(("Upgrade", b""), origin(EVIL), method="GET")),
        passes("websocket-own", "the application's own page", post(upgrade, origin(OWN), method="GET")),
        passes(
            "websocket-own-scheme",
            "the application's own page",
            post(origin(OWN), method="GET", scheme="wss"),
        ),
        passes("h2c", "HTTP/2 is HTTP", post(("Upgrade", b"h2c"), origin(EVIL), method="GET")),
    ]


def _hosts() -> list[Guarded]:
    """The origin is compared with the host of the request."""
    same = {
        b"app.example.com:443": OWN,
        b"APP.example.com.": OWN,
        b"app.example.com:8443": OWN + b":8443",
        b"[::1]:80": b"http://[::1]",
    }
    other = {
        b"app.example.com:80": OWN,
        b"app.example.com:8443": OWN,
        b"example.com": OWN,
        b"app.example.com..": OWN + b"..",
        b"null": b"null",
        b"": b"https://",
    }
    return [
        *(
            passes(f"host-{slug(host)}", "the same host and port", post(origin(value), host=host))
            for host, value in same.items()
        ),
        *(
            fails(f"host-{slug(host)}-other", "another host or port, or none", post(origin(value), host=host))
            for host, value in other.items()
        ),
        fails("host-missing", "nothing to compare with", post(origin(OWN), host=None)),
        fails(
            "http-page-of-https",
            "the page came unprotected",
            post(origin(b"http://app.example.com"), scheme="https"),
        ),
        passes("https-page-of-http", "TLS may end at a proxy", post(origin(OWN), scheme="http")),
    ]


def _elsewhere() -> list[Guarded]:
    foreign = origin(EVIL)
    return [
        allowed("origin-unchecked", RULE, "not unless it is configured", guard(), post(foreign)),
        is_open(
            "origin-open-path",
            RULE,
            "open paths are not checked",
            CHECKED,
            Asked(b"/hook", method="POST", headers=[foreign]),
        ),
        refused(
            "origin-after-token",
            RULE,
            "the token comes first",
            CHECKED,
            Asked(method="POST", headers=[foreign]),
            "NO_TOKEN",
        ),
        refused(
            "origin-after-expiry",
            RULE,
            "the token comes first",
            CHECKED,
            post(foreign, token="expired"),
            "EXPIRED",
        ),
    ]
