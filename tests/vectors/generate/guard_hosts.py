"""Which route judges, by the host. A host that cannot be read is never "every other host"."""

from __future__ import annotations

from guard_vector import Asked, Guarded, guard, judged, refused, route, slug

RULE = "guard/host"
# One host of its own, and a route for every other.
TWO = guard(route("other", host="App.example.com"), route("main"))
ADDRESSES = guard(route("other", host="127.0.0.1"), route("other", host="::1"), route("main"))
NAMED_ONLY = guard(route("other", host="app.example.com"))

OF_THE_APP = {
    b"app.example.com": "as it is configured",
    b"APP.Example.COM": "hosts have no case",
    b"app.example.com:8443": "a port says nothing",
    b"app.example.com:": "a port may be empty",
    b"app.example.com:65535": "the highest port",
    b"app.example.com.": "a fully qualified name",
    b"app.example.com.:443": "a fully qualified name with a port",
}
OF_OTHERS = {
    b"example.com": "a part of it",
    b"x.app.example.com": "a host below it",
    b"app.example.com.evil.example": "it is the beginning only",
    b"xapp.example.com": "it is the end only",
    b"app-example.com": "a dot is a dot",
    b"localhost": "one label",
    b"my_service:8080": "underscores are in use",
    b"xn--bcher-kva.example": "an international name in ASCII",
    b"127.0.0.1": "an address",
    b"[::1]:8080": "an address with a port",
    b"a" * 63 + b".example": "the longest label",
}
UNREADABLE = {
    b"": "empty",
    b".": "only a dot",
    b"app.example.com..": "two final dots",
    b".app.example.com": "an empty label before",
    b"app..example.com": "an empty label inside",
    b"app.example.com,other.example.com": "two, as a server joins repeated headers",
    b"app.example.com, app.example.com": "two, as a server joins repeated headers",
    b"a,b": "two names",
    b"user@app.example.com": "a user",
    b"user:pass@app.example.com": "a user with a password",
    b"app.example.com:80:80": "two ports",
    b"app.example.com:x": "a port that is no number",
    b"app.example.com:-1": "a negative port",
    b"app.example.com:+80": "a port with a sign",
    b"app.example.com:65536": "a port over the highest",
    b"app.example.com:000080": "six digits",
    b"app example com": "spaces",
    b" app.example.com": "a space before",
    b"app.example.com ": "a space after",
    b"app.example.com\t": "a tab after",
    b"app.example.com/": "a slash",
    b"app.example.com/x": "a path",
    b"https://app.example.com": "a scheme",
    b"app.example.com?x": "a query",
    b"app.example.com#x": "a fragment",
    b"app.example.com\\x": "a backslash",
    b"app%2eexample.com": "encoded",
    b"*.example.com": "a wildcard",
    "\u00e9.example".encode(): "an international name in UTF-8",
    "app.example\u3002com".encode(): "a dot that is none",
    b"app.example.com\0": "a NUL",
    b"\xff": "not UTF-8",
    b"[::1": "an open bracket",
    b"::1": "an address without brackets",
    b"[::1]x": "something after the bracket",
    b"[::1].": "a dot after the bracket",
    b"[]": "empty brackets",
    b"[app.example.com]": "a name in brackets",
    b"[::1%25eth0]": "an address with a zone",
    b"[127.0.0.1]": "an IPv4 address in brackets",
    b"a" * 64 + b".example": "a label over 63",
    b".".join([b"a" * 49] * 6): "a name over 253",
}


def vectors() -> list[Guarded]:
    return [
        *_of(OF_THE_APP, "own", "other"),
        *_of(OF_OTHERS, "others", "main"),
        *_unreadable(),
        *_addresses(),
        *_repeated(),
        *_targets(),
    ]


def _of(hosts: dict[bytes, str], name: str, verifier: str) -> list[Guarded]:
    return [
        vector
        for host, about in hosts.items()
        for vector in judged(f"host-{name}-{slug(host)[:60]}", RULE, about, TWO, Asked(host=host), verifier)
    ]


def _unreadable() -> list[Guarded]:
    everything = guard(route("main"))
    return [
        vector
        for host, about in UNREADABLE.items()
        for vector in (
            refused(
                f"host-unreadable-{slug(host)[:60]}",
                RULE,
                about,
                TWO,
                Asked(token="user", host=host),
                "NO_ROUTE",
            ),
            *judged(
                f"host-unread-{slug(host)[:60]}",
                RULE,
                f"{about}; no route names a host, so nothing is read from it",
                everything,
                Asked(host=host),
                "main",
            )[:1],
        )
    ] + [
        refused("host-missing", RULE, "no host at all", TWO, Asked(token="user", host=None), "NO_ROUTE"),
        *judged("host-missing-unread", RULE, "no route names a host", everything, Asked(host=None), "main"),
        refused(
            "host-without-route",
            RULE,
            "routes name other hosts only",
            NAMED_ONLY,
            Asked(token="other application", host=b"example.com"),
            "NO_ROUTE",
        ),
    ]


def _addresses() -> list[Guarded]:
    return [
        vector
        for host, verifier in {
            b"127.0.0.1:8080": "other",
            b"[::1]": "other",
            b"[::1]:80": "other",
            b"[0:0:0:0:0:0:0:1]": "other",
            b"[0000::0001]:": "other",
            b"127.1": "main",
            b"2130706433": "main",
            b"[::2]": "main",
            b"[::ffff:127.0.0.1]": "main",
        }.items()
        for vector in judged(
            f"host-address-{slug(host)}",
            RULE,
            "an IPv6 address has many spellings; an IPv4 address is compared as a name",
            ADDRESSES,
            Asked(host=host),
            verifier,
        )
    ]


def _repeated() -> list[Guarded]:
    """The host of the request with a second header, by which another server might go."""
    second = {"same": b"app.example.com", "different": b"example.com", "empty": b""}
    return [
        refused(
            f"host-twice-{name}",
            RULE,
            "RFC 9112 section 3.2: more than one header Host",
            TWO,
            Asked(token="other application", headers=[("Host", value)]),
            "NO_ROUTE",
        )
        for name, value in second.items()
    ]


def _targets() -> list[Guarded]:
    """The absolute form of a target names a host, too."""
    fits = {
        "same": b"http://app.example.com/x",
        "without-path": b"HTTPS://app.example.com",
        "query": b"http://app.example.com?x",
    }
    differs = {
        "other": b"http://example.com/x",
        "user": b"http://user@app.example.com/x",
        "port": b"http://app.example.com:80/x",
        "empty": b"http:///x",
    }
    return [
        vector
        for name, target in fits.items()
        for vector in judged(
            f"host-in-target-{name}", RULE, "the same host twice", TWO, Asked(raw_target=target), "other"
        )
    ] + [
        refused(
            f"host-in-target-{name}",
            RULE,
            "a server goes by the target (RFC 9112 section 3.2.2), an application by the header",
            TWO,
            Asked(token="other application", raw_target=target),
            "NO_ROUTE",
        )
        for name, target in differs.items()
    ]
