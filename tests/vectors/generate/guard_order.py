"""The order of the steps: a request with two faults is refused for the earlier one."""

from __future__ import annotations

from guard_vector import Asked, Guarded, guard, is_open, opens, refused, route

RULE = "guard/order"
HOST = "app.example.com"
USED = guard(
    route("main", host=HOST),
    route("other", host=HOST, prefix="/admin"),
    open_paths=[opens("OPTIONS", "/open"), opens("GET", "/open")],
    allow_preflight=True,
    check_origin=True,
)
ODD_HOST, ODD_PATH = b"other.example", b"/a//b"
PREFLIGHT = [("Origin", b"https://evil.example"), ("Access-Control-Request-Method", b"PUT")]


def vectors() -> list[Guarded]:
    return [
        is_open(
            "order-open-first",
            RULE,
            "open, though no route is for it",
            USED,
            Asked(b"/open", "malformed", host=ODD_HOST),
        ),
        refused(
            "order-route-before-path",
            RULE,
            "no route has paths to compare",
            USED,
            Asked(ODD_PATH, host=ODD_HOST),
            "NO_ROUTE",
        ),
        refused(
            "order-route-before-token",
            RULE,
            "no route has a verifier",
            USED,
            Asked(token="malformed", host=ODD_HOST),
            "NO_ROUTE",
        ),
        refused(
            "order-path-before-token",
            RULE,
            "no verifier is chosen",
            USED,
            Asked(ODD_PATH, "malformed"),
            "UNCLEAN_PATH",
        ),
        refused(
            "order-path-before-preflight",
            RULE,
            "no application is chosen",
            USED,
            Asked(ODD_PATH, method="OPTIONS", headers=PREFLIGHT),
            "UNCLEAN_PATH",
        ),
        is_open(
            "order-preflight-before-token",
            RULE,
            "its token is not examined",
            USED,
            Asked(token="malformed", method="OPTIONS", headers=PREFLIGHT),
        ),
        refused(
            "order-token-before-email",
            RULE,
            "there is nothing to compare with",
            USED,
            Asked(token="expired", headers=[("Cf-Access-Authenticated-User-Email", b"root@example.com")]),
            "EXPIRED",
        ),
        refused(
            "order-email-before-origin",
            RULE,
            "who calls comes before what called",
            USED,
            Asked(
                token="user",
                method="POST",
                headers=[PREFLIGHT[0], ("Cf-Access-Authenticated-User-Email", b"root@example.com")],
            ),
            "IDENTITY_MISMATCH",
        ),
    ]
