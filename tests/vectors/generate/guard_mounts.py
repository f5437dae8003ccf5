"""Below a mount the path is the one that the application routes on; what was taken off is never compared."""

from __future__ import annotations

from guard_redirects import LOGIN, page
from guard_vector import Asked, Guarded, guard, is_open, judged, opens, redirected, refused, route

RULE = "guard/mount"
SHOP = guard(route("main"), route("other", prefix="/admin"), open_paths=[opens("GET", "/healthz")])
API = guard(route("main"), route("other", prefix="/api"))


def vectors() -> list[Guarded]:
    return [*_judged(), *_open(), *_redirects()]


def _judged() -> list[Guarded]:
    found: dict[str, tuple[Asked, str]] = {
        "root": (Asked(b"/", raw_target=b"/api/"), "main"),
        "root-empty": (Asked(b"", raw_target=b"/api"), "main"),
        "empty": (Asked(b""), "main"),
        "admin": (Asked(b"/admin", raw_target=b"/api/admin"), "other"),
        "admin-below": (Asked(b"/admin/users", raw_target=b"/api/admin/users?x=/api"), "other"),
        "admin-without-slash": (Asked(b"admin", raw_target=b"/apiadmin"), "other"),
        "admin-after-root-with-slash": (Asked(b"admin/users", raw_target=b"/api/admin/users"), "other"),
        "not-admin-without-slash": (Asked(b"administration", raw_target=b"/apiadministration"), "main"),
        "prefix-named-admin": (Asked(b"/x", raw_target=b"/admin/x"), "main"),
        "prefix-named-admin-empty": (Asked(b"", raw_target=b"/admin"), "main"),
        "mounts-in-mounts": (Asked(b"/admin", raw_target=b"/a/b/c/admin"), "other"),
        "admin-of-another-mount": (Asked(b"/other/admin", raw_target=b"/api/other/admin"), "main"),
    }
    return [
        vector
        for name, (request, verifier) in found.items()
        for vector in judged(
            f"mount-{name}", RULE, "routes go by what the application sees", SHOP, request, verifier
        )
    ] + [
        *judged(
            "mount-in-route",
            RULE,
            "a route with the name of the mount is for the path below it",
            API,
            Asked(b"/x", raw_target=b"/api/x"),
            "main",
        ),
        *judged(
            "mount-forwarded-prefix",
            RULE,
            "a header moves nothing",
            SHOP,
            Asked(b"/admin", headers=[("X-Forwarded-Prefix", b"/api"), ("Script-Name", b"/admin")]),
            "other",
        ),
        refused(
            "mount-unclean-before",
            RULE,
            "the target is unclean before the mount already",
            SHOP,
            Asked(b"/x", "user", raw_target=b"/api/../x"),
            "UNCLEAN_PATH",
        ),
        refused(
            "mount-two-slashes",
            RULE,
            "the application may see one or two",
            SHOP,
            Asked(b"//admin", "user", raw_target=b"/api//admin"),
            "UNCLEAN_PATH",
        ),
    ]


def _open() -> list[Guarded]:
    return [
        is_open(
            "mount-open", RULE, "open below the mount", SHOP, Asked(b"/healthz", raw_target=b"/api/healthz")
        ),
        is_open(
            "mount-open-slash", RULE, "as Flask routes it", SHOP, Asked(b"healthz", raw_target=b"/apihealthz")
        ),
        *(
            refused(f"mount-not-open-{name}", RULE, about, SHOP, request, "NO_TOKEN")
            for name, about, request in (
                ("prefix", "the mount has the name of an open path", Asked(b"", raw_target=b"/healthz")),
                ("prefix-slash", "the same", Asked(b"/", raw_target=b"/healthz/")),
                ("dashboard", "below such a mount", Asked(b"/dashboard", raw_target=b"/healthz/dashboard")),
                ("target", "the target is not what is routed", Asked(b"/dashboard", raw_target=b"/healthz")),
            )
        ),
    ]


def _redirects() -> list[Guarded]:
    """The way back is the path that the browser asked for, mount included."""
    used = guard(route("main", login_page=LOGIN))
    found = {
        "below": (page(b"/admin", raw_target=b"/api/admin?secret=1"), "%2Fapi%2Fadmin"),
        "root": (page(b"", raw_target=b"/api"), "%2Fapi"),
        "without-slash": (page(b"admin", raw_target=b"/apiadmin"), "%2Fapiadmin"),
        "without-slash-or-target": (page(b"admin"), "%2Fadmin"),
        "encoded": (page(b"/\xc3\xbc", raw_target=b"/a%20b/%C3%BC"), "%2Fa%2520b%2F%25C3%25BC"),
    }
    return [
        redirected(
            f"mount-login-{name}",
            RULE,
            "back to the whole path",
            used,
            request,
            f"{LOGIN}?redirect_url={back}",
        )
        for name, (request, back) in found.items()
    ]
