"""What is let through unverified: a method and a whole path."""

from __future__ import annotations

from guard_vector import Asked, Guarded, guard, is_open, opens, refused, route, slug

RULE = "guard/open"
OPEN = guard(
    open_paths=[
        opens("GET", "/healthz"),
        opens("OPTIONS", "/api/items"),
        opens("POST", "/hook", host="Hooks.example.com"),
        opens("GET", "/"),
        opens("PURGE", "/find"),
        opens("HEAD", "/only-head"),
    ]
)
HEALTH = b"/healthz"


def vectors() -> list[Guarded]:
    return [*_open(), *_closed(), *_unclean(), *_handshakes(), *_hosts()]


def _open() -> list[Guarded]:
    found: dict[str, Asked] = {
        "health": Asked(HEALTH),
        "health-with-query": Asked(HEALTH, raw_target=b"/healthz?full=1"),
        "health-encoded": Asked(HEALTH, raw_target=b"/health%7A"),
        "health-head": Asked(HEALTH, method="HEAD"),
        "health-by-address": Asked(HEALTH, host=b"10.0.0.7:8080"),
        "health-without-host": Asked(HEALTH, host=None),
        "health-with-token": Asked(HEALTH, "user"),
        "health-with-rubbish": Asked(HEALTH, "malformed"),
        "health-with-expired": Asked(HEALTH, "expired"),
        "health-with-email": Asked(
            HEALTH, headers=[("Cf-Access-Authenticated-User-Email", b"root@example.com")]
        ),
        "health-from-a-page": Asked(HEALTH, headers=[("Origin", b"https://evil.example")]),
        "root": Asked(b"/"),
        "root-empty": Asked(b""),
        "options": Asked(b"/api/items", method="OPTIONS"),
        "hook": Asked(b"/hook", method="POST", host=b"hooks.example.com:8080"),
        "hook-fully-qualified": Asked(b"/hook", method="POST", host=b"HOOKS.example.com."),
        "extension-method": Asked(b"/find", method="PURGE"),
        "only-head": Asked(b"/only-head", method="HEAD"),
    }
    return [
        is_open(f"open-{name}", RULE, "tokens are not examined there", OPEN, request)
        for name, request in found.items()
    ] + [
        is_open(
            "open-before-route",
            RULE,
            "an open path needs no route",
            guard(route("main", prefix="/app"), open_paths=[opens("GET", "/healthz")]),
            Asked(HEALTH),
        )
    ]


def _closed() -> list[Guarded]:
    found: dict[str, Asked] = {
        "post": Asked(HEALTH, method="POST"),
        "lower-case-method": Asked(HEALTH, method="get"),
        "method-with-space": Asked(HEALTH, method="GET "),
        "longer-method": Asked(HEALTH, method="GETX"),
        "no-method": Asked(HEALTH, method=""),
        "connect": Asked(HEALTH, method="CONNECT"),
        "final-slash": Asked(b"/healthz/"),
        "below": Asked(b"/healthz/deep"),
        "upper-case": Asked(b"/HEALTHZ"),
        "longer": Asked(b"/healthzz"),
        "shorter": Asked(b"/health"),
        "parameter": Asked(b"/healthz;a=b"),
        "query-in-path": Asked(b"/healthz?full=1"),
        "get-of-options": Asked(b"/api/items"),
        "head-of-options": Asked(b"/api/items", method="HEAD"),
        "options-below": Asked(b"/api/items/1", method="OPTIONS"),
        "options-of-all": Asked(b"*", method="OPTIONS"),
        "get-of-head": Asked(b"/only-head"),
        "hook-elsewhere": Asked(b"/hook", method="POST"),
        "hook-without-host": Asked(b"/hook", method="POST", host=None),
        "hook-of-evil": Asked(b"/hook", method="POST", host=b"hooks.example.com.evil.example"),
    }
    return [
        refused(
            f"open-not-{name}",
            RULE,
            "nothing near an open path is open",
            OPEN,
            request,
            "NO_TOKEN",
        )
        for name, request in found.items()
    ]


def _unclean() -> list[Guarded]:
    """Where the path is the open one, but only after somebody has cleaned it."""
    found = {
        "//healthz": b"//healthz",
        "/x/../healthz": b"/x/../healthz",
        "/./healthz": b"/./healthz",
        "/healthz%2f": b"/healthz/",
        "/healthz%00": b"/healthz\0",
        "/%2568ealthz": b"/%68ealthz",
    }
    hidden = {"/api%2Fitems": b"/api/items", "//api/items": b"/api/items", "/x/../api/items": b"/api/items"}
    return [
        refused(
            f"open-unclean-{slug(target)}",
            RULE,
            "an unclean path is never open",
            OPEN,
            Asked(path, raw_target=target.encode()),
            "NO_TOKEN",
        )
        for target, path in found.items()
    ] + [
        refused(
            f"open-unclean-{slug(target)}",
            RULE,
            "the target shows what the path hides",
            OPEN,
            Asked(path, method="OPTIONS", raw_target=target.encode()),
            "NO_TOKEN",
        )
        for target, path in hidden.items()
    ]


def _handshakes() -> list[Guarded]:
    found = {
        "websocket": Asked(HEALTH, headers=[("Upgrade", b"websocket")]),
        "websocket-upper-case": Asked(HEALTH, headers=[("UPGRADE", b"WebSocket")]),
        "websocket-and-h2c": Asked(HEALTH, headers=[("Upgrade", b"h2c, websocket")]),
        "websocket-after-h2c": Asked(HEALTH, headers=[("Upgrade", b"h2c"), ("Upgrade", b"websocket")]),
        "other-protocol": Asked(HEALTH, headers=[("Upgrade", b"other/1.0")]),
        "empty-upgrade": Asked(HEALTH, headers=[("Upgrade", b"")]),
        "ws": Asked(HEALTH, scheme="ws"),
        "wss": Asked(HEALTH, scheme="wss"),
    }
    return [
        refused(f"open-not-{name}", RULE, "a handshake is never open", OPEN, request, "NO_TOKEN")
        for name, request in found.items()
    ] + [
        is_open("open-h2c", RULE, "HTTP/2 is HTTP", OPEN, Asked(HEALTH, headers=[("Upgrade", b" H2C ")])),
        is_open("open-https", RULE, "over TLS", OPEN, Asked(HEALTH, scheme="https")),
    ]


def _hosts() -> list[Guarded]:
    hosts = [b"", b"app.example.com..", b"a,b", b"user@app.example.com", b"[::1", b"app.example.com:x"]
    return [
        refused(
            f"open-host-{slug(host)}",
            RULE,
            "a host that cannot be read is not every host",
            OPEN,
            Asked(HEALTH, host=host),
            "NO_TOKEN",
        )
        for host in hosts
    ] + [
        refused(
            "open-host-twice",
            RULE,
            "two hosts are not every host",
            OPEN,
            Asked(HEALTH, headers=[("Host", b"x")]),
            "NO_TOKEN",
        )
    ]
