"""Which route judges, by the path; and paths that could be taken for another one."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

from guard_vector import Asked, Guarded, guard, judged, refused, route, slug

RULE = "guard/path"
HOST = "app.example.com"
# A shop with an administration, which has a public part; and one that is for all hosts.
SHOP = guard(
    route("main", host=HOST),
    route("other", host=HOST, prefix="/admin"),
    route("main", host=HOST, prefix="/admin/public/"),
    route("other", prefix="/elsewhere"),
)
EVERYTHING = guard(route("main"))

PATHS = {
    "/": "main",
    "/x": "main",
    "/x/admin": "main",
    "/administration": "main",
    "/Admin": "main",
    "/ADMIN/users": "main",
    "/elsewhere": "main",
    "/admin": "other",
    "/admin/": "other",
    "/admin/users": "other",
    "/admin/users/": "other",
    "/%61dmin": "other",
    "/%61dmin/users": "other",
    "/admin;x": "main",
    "/admin/;x": "other",
    "/admin/public": "main",
    "/admin/public/": "main",
    "/admin/public/x": "main",
    "/admin/publications": "other",
    "/admin/Public": "other",
}
# As they stand in a request; none of them tells who judges.
UNCLEAN = [
    "/shop/../admin",
    "/./admin",
    "/admin/.",
    "/admin/..",
    "/..",
    "/.",
    "//admin",
    "//",
    "/shop//admin",
    "/admin//",
    "/shop%2fadmin",
    "/shop%2Fadmin",
    "/%2fadmin",
    "/%2e%2e/admin",
    "/shop/%2e%2e/admin",
    "/shop/.%2E/admin",
    "/%2e/admin",
    "/shop/..%2fadmin",
    "/..%5cadmin",
    "/shop%5cadmin",
    "/shop%5Cadmin",
    "/shop\\admin",
    "/shop/%252e%252e/admin",
    "/%2561dmin",
    "/shop%252fadmin",
    "/shop%255cadmin",
    "/shop/..;/admin",
    "/shop/..;x=y/admin",
    "/shop/.;/admin",
    "/shop/..;",
    "/admin%00",
    "/admin%0a",
    "/admin%0d%0ax",
    "/admin%09",
    "/admin%7f",
    "/admin%c2%85",
    "/%c0%afadmin",
    "/%ffadmin",
    "/%ef%bf%bdadmin",
    "/%ed%a0%80",
    "*",
]
# What cannot be read of a target, where the server made a path of it nevertheless.
UNREADABLE_TARGETS = {
    "escape-cut-off": (b"/100%", b"/100%"),
    "escape-of-one-digit": (b"/a%2", b"/a%2"),
    "escape-without-digits": (b"/%zz", b"/%zz"),
    "fragment": (b"/a", b"/a#/admin"),
    "no-slash": (b"/admin", b"admin"),
    "other-scheme": (b"/admin", b"ftp://app.example.com/admin"),
    "authority": (b"/admin", b"app.example.com:443"),
    "asterisk": (b"/admin", b"*"),
    "empty": (b"/admin", b""),
    "only-query": (b"/", b"?a=b"),
    "slash-hidden": (b"/admin/x", b"/admin%2fx"),
    "backslash-hidden": (b"/admin/x", b"/admin%5cx"),
    "slashes-merged": (b"/admin", b"//admin"),
    "dots-resolved": (b"/admin", b"/shop/../admin"),
    "decoded-twice": (b"/admin", b"/%2561dmin"),
}
ORDINARY = [
    "/a",
    "/a/",
    "/.well-known/x",
    "/...",
    "/a/..b",
    "/a/b..",
    "/..a",
    "/100%25",
    "/100%25/x",
    "/a%20b",
    "/a+b",
    "/%C3%BC",
    "/%E2%82%AC/%F0%9F%98%80",
    "/a;b=c",
    "/a:b@c",
    "/~u",
    "/a?b=//../%2f",
    "/a?b=%zz",
    "/a?/admin",
    "/%3f/admin",
    "/%23",
    "/a%3Bb",
    "/*",
    "/a*b",
    "/%2a",
]


def vectors() -> list[Guarded]:
    return [*_chosen(), *_unclean(), *_targets(), *_ordinary(), *_nowhere()]


def asked(target: str) -> Asked:
    """Path and target, as a server makes them of what a client sends."""
    raw = target.encode()
    return Asked(unquote_to_bytes(raw.partition(b"?")[0]), raw_target=raw)


def without_target(target: str) -> Asked:
    return Asked(asked(target).path)


def _chosen() -> list[Guarded]:
    return [
        vector
        for target, verifier in PATHS.items()
        for vector in judged(
            f"path-{slug(target)}",
            RULE,
            "a prefix ends where a segment ends, letters have their case, and the longest wins",
            SHOP,
            asked(target),
            verifier,
        )
    ]


def _unclean() -> list[Guarded]:
    found = []
    for target in UNCLEAN:
        request = Asked(**{**vars(asked(target)), "token": "user"})
        found += [
            refused(
                f"path-unclean-{slug(target)}",
                RULE,
                "paths decide, and this one can be interpreted in several ways",
                SHOP,
                request,
                "UNCLEAN_PATH",
            ),
            *judged(
                f"path-verified-{slug(target)}",
                RULE,
                "where one verifier judges all paths, this one too is verified",
                EVERYTHING,
                asked(target),
                "main",
            ),
        ]
        if "%2f" not in target.lower():
            found.append(
                refused(
                    f"path-unclean-decoded-{slug(target)}",
                    RULE,
                    "the same where the target is not known",
                    SHOP,
                    Asked(request.path, "user"),
                    "UNCLEAN_PATH",
                )
            )
    return found


def _targets() -> list[Guarded]:
    return [
        refused(
            f"path-target-{name}",
            RULE,
            "the target does not have the one meaning that the path seems to have",
            SHOP,
            Asked(path, "user", raw_target=target),
            "UNCLEAN_PATH",
        )
        for name, (path, target) in UNREADABLE_TARGETS.items()
    ]


def _ordinary() -> list[Guarded]:
    return [
        vector
        for target in ORDINARY
        for vector in judged(
            f"path-clean-{slug(target)}", RULE, "has one meaning", SHOP, asked(target), "main"
        )
    ] + [
        vector
        for target in ORDINARY
        for vector in judged(
            f"path-clean-decoded-{slug(target)}",
            RULE,
            "the same where the target is not known",
            SHOP,
            without_target(target),
            "main",
        )[:1]
    ]


def _nowhere() -> list[Guarded]:
    other = {
        "/": "",
        "/elsewhere2": "-longer",
        "/else": "-shorter",
        "/Elsewhere": "-case",
        "/x/elsewhere": "-inside",
    }
    return [
        refused(
            f"path-nowhere{name}",
            RULE,
            "no route of other hosts is for it",
            SHOP,
            Asked(target.encode(), "other application", host=b"example.com"),
            "NO_ROUTE",
        )
        for target, name in other.items()
    ] + [
        *judged(
            "path-elsewhere",
            RULE,
            "the route of other hosts",
            SHOP,
            Asked(b"/elsewhere/x", host=b"example.com"),
            "other",
        ),
        refused(
            "path-one-prefix-unclean",
            RULE,
            "one route, but not for all paths: the path decides",
            guard(route("main", prefix="/app")),
            Asked(b"/app/../x", "user"),
            "UNCLEAN_PATH",
        ),
    ]
