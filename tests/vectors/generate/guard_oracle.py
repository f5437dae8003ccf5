"""Decides by itself what a guard must decide, and compares: written from the rules, not from the library."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from urllib.parse import quote, unquote_to_bytes, urlsplit

from guard_accept import media_ranges, weight
from guard_vector import TOKENS, VERIFIERS, Asked, Decided, Guarded
from mint import Object

MEANINGS = {"NO_TOKEN": "the request carries no token", "NO_ROUTE": "there is no application here"}
SECURE_PORTS = {"https": 443, "http": 80}


def faults(vectors: Sequence[Guarded]) -> list[str]:
    """What is decided otherwise here, one line each."""
    return [fault for vector in vectors for fault in _faults(vector)]


def _faults(vector: Guarded) -> list[str]:
    made = "OK" if _can_be_made(vector.guard) else "INVALID_CONFIG"
    if vector.request is None or vector.decision is None:
        return [] if made == vector.status else [f"{vector.name}: the guard is {made}"]
    if made != "OK":
        return [f"{vector.name}: the guard cannot be made"]
    decided = decide(vector.guard, vector.request)
    said = vector.decision
    differing = [
        f"{vector.name}: {name} is {getattr(decided, name)!r}, not {getattr(said, name)!r}"
        for name in ("kind", "status", "email", "http_status", "content_type", "location")
        if getattr(decided, name) != getattr(said, name)
    ]
    return differing + ([f"{vector.name}: two statuses"] if said.status != vector.status else [])


def decide(guard: Object, request: Asked) -> Decided:
    """Open path, route, preflight, token, origin."""
    if _is_open(guard, request):
        return Decided("open")
    found = _route(guard, request)
    if isinstance(found, str):
        return _answer(found, request, None)
    if guard.get("allow_preflight") and _is_preflight(request):
        return Decided("open")
    status = _verdict(str(found["verifier"]), request)
    if status == "OK" and guard.get("check_origin") and not _is_own(guard, request):
        status = "CROSS_ORIGIN"
    if status != "OK":
        return _answer(status, request, found.get("login_page"))
    assert request.token is not None
    return Decided("allowed", email=TOKENS[request.token][1])


# Hosts


def host_and_port(text: bytes) -> tuple[str, int | None] | None:
    """In lower case, without final dot; an IPv6 address in its shortest form."""
    plain = text.decode("latin-1")
    found = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z_.-]+)(?::([0-9]{0,5}))?", plain)
    if not found or int(found[2] or 0) > 65535:
        return None
    host, port = found[1].lower(), int(found[2]) if found[2] else None
    if host.startswith("["):
        try:
            return f"[{ipaddress.IPv6Address(host[1:-1])}]", port
        except ValueError:
            return None
    host = host.removesuffix(".")
    labels = host.split(".")
    return (host, port) if len(host) <= 253 and all(0 < len(label) <= 63 for label in labels) else None


def _host(request: Asked) -> tuple[str, int | None] | str:
    named = request.values("host")
    target = re.match(rb"(?i)https?://([^/?#]*)", request.raw_target or b"")
    if len(named) > 1 or (target and [target[1]] != named):
        return "unreadable"
    return (host_and_port(named[0]) or "unreadable") if named else "missing"


def _configured_host(host: object) -> str | None:
    text = str(host)
    try:
        return f"[{ipaddress.IPv6Address(text)}]"
    except ValueError:
        found = host_and_port(text.encode("utf-8"))
        return found[0] if found and not re.search(r":[0-9]*\Z", text) else None


# Paths


def is_clean(path: bytes, raw_target: bytes | None = None) -> bool:
    """Whether it has one meaning only."""
    whole = path if path.startswith(b"/") else b"/" + path
    try:
        text = whole.decode("utf-8")
    except UnicodeDecodeError:
        return False
    odd = re.search(r"//|/\.\.?(?:[/;]|\Z)|%[0-9A-Fa-f]{2}|[\x00-\x1f\x7f-\x9f\\\ufffd]", text)
    if odd or path == b"*":
        return False
    return raw_target is None or _of_target(raw_target) is not None


def _of_target(raw_target: bytes) -> bytes | None:
    """The decoded path of a request target, if it is clean."""
    found = re.fullmatch(rb"(?is)(?:https?://[^/?#]*)?(/[^?#]*)?(?:\?.*)?", raw_target)
    if not found or not raw_target or raw_target.startswith(b"?"):
        return None
    raw = found[1] or b"/"
    if re.search(rb"(?i)%2f|%5c|%(?![0-9a-f]{2})", raw):
        return None
    decoded = unquote_to_bytes(raw)
    return decoded if is_clean(decoded) else None


def _normal(path: bytes) -> bytes:
    return path if path.startswith(b"/") else b"/" + path


# Steps


def _is_open(guard: Object, request: Asked) -> bool:
    host = _host(request)
    if host == "unreadable" or _is_handshake(request) or not is_clean(request.path, request.raw_target):
        return False
    methods = {request.method, "GET"} if request.method == "HEAD" else {request.method}
    return any(
        entry["method"] in methods
        and str(entry["path"]).encode() == _normal(request.path)
        and ("host" not in entry or _configured_host(entry["host"]) == host[0])
        for entry in _listed(guard, "open_paths")
    )


def _route(guard: Object, request: Asked) -> Object | str:
    routes = _listed(guard, "routes")
    named = {_configured_host(route["host"]) for route in routes if "host" in route}
    chosen: str | None = None
    if named:
        host = _host(request)
        if isinstance(host, str):
            return "NO_ROUTE"
        chosen = host[0] if host[0] in named else None
    fitting = [
        (str(route.get("prefix", "/")).rstrip("/").encode(), route)
        for route in routes
        if (_configured_host(route["host"]) if "host" in route else None) == chosen
    ]
    if [prefix for prefix, _ in fitting] == [b""]:
        return fitting[0][1]
    if fitting and not is_clean(request.path, request.raw_target):
        return "UNCLEAN_PATH"
    path = _normal(request.path)
    covering = [(prefix, route) for prefix, route in fitting if (path + b"/").startswith(prefix + b"/")]
    return max(covering, key=lambda found: len(found[0]))[1] if covering else "NO_ROUTE"


def _is_preflight(request: Asked) -> bool:
    origins, asked = request.values("origin"), request.values("access-control-request-method")
    return (
        request.method == "OPTIONS"
        and len(origins) == len(asked) == 1
        and bool(re.fullmatch(rb"[^,]+", origins[0]))
        and bool(re.fullmatch(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+", asked[0]))
        and not _is_handshake(request)
        and is_clean(request.path, request.raw_target)
    )


def _is_handshake(request: Asked) -> bool:
    upgrades = [value.strip().lower() for value in request.values("upgrade")]
    return (
        request.scheme in ("ws", "wss") or request.method == "CONNECT" or any(u != b"h2c" for u in upgrades)
    )


def _verdict(verifier: str, request: Asked) -> str:
    config = VERIFIERS[verifier]
    name = request.token
    if name is None:
        return "NO_TOKEN"
    if name in ("malformed", "forged", "expired"):
        return {"malformed": "MALFORMED", "forged": "BAD_SIGNATURE", "expired": "EXPIRED"}[name]
    if (name == "other application") != (verifier == "other"):
        return "WRONG_AUDIENCE"
    if name == "old session" and "max_age" in config:
        return "SESSION_TOO_OLD"
    if name == "service" and "allow_services" not in config:
        return "SERVICE_NOT_ALLOWED"
    emails = request.values("cf-access-authenticated-user-email")
    verified = (TOKENS[name][1] or "").encode().lower()
    if config.get("email_header") != "ignore" and any(email.lower() != verified for email in emails):
        return "IDENTITY_MISMATCH"
    return "OK"


def _is_own(guard: Object, request: Asked) -> bool:
    if request.method in ("GET", "HEAD", "OPTIONS") and not _is_handshake(request):
        return True
    origins, sites = request.values("origin"), request.values("sec-fetch-site")
    if len(origins) > 1 or len(sites) > 1:
        return False
    origin = origin_of(origins[0]) if origins else None
    if origin and origin in [
        origin_of(str(trusted).encode()) for trusted in _texts(guard, "trusted_origins")
    ]:
        return True
    if sites:
        return sites[0] in (b"same-origin", b"none")
    if not origins:
        return True
    host = _host(request)
    if origin is None or isinstance(host, str):
        return False
    port = SECURE_PORTS[origin[0]] if host[1] is None else host[1]
    insecure_page = origin[0] == "http" and request.scheme in ("https", "wss")
    return (origin[1], origin[2]) == (host[0], port) and not insecure_page


def origin_of(text: bytes) -> tuple[str, str, int] | None:
    """Scheme, host and port."""
    found = re.fullmatch(rb"(?is)(https?)://(.*?[^:])", text)
    host = host_and_port(found[2]) if found else None
    if not found or not host:
        return None
    scheme = found[1].decode().lower()
    return scheme, host[0], SECURE_PORTS[scheme] if host[1] is None else host[1]


# Answers


def _answer(status: str, request: Asked, login_page: object) -> Decided:
    http = {"NO_ROUTE", "UNCLEAN_PATH", "CROSS_ORIGIN", "IDENTITY_MISMATCH", "SERVICE_NOT_ALLOWED"}
    helps = status in ("NO_TOKEN", "EXPIRED", "SESSION_TOO_OLD")
    if login_page and helps and _is_navigation(request) and is_clean(request.path, request.raw_target):
        whole = _normal(request.path) if request.raw_target is None else _of_target(request.raw_target)
        back = quote(quote(whole or b"", safe="/;:@=+$,&!~*'()"), safe="")
        return Decided("refused", status, http_status=302, location=f"{login_page}?redirect_url={back}")
    accept = b",".join(request.values("accept")).decode("latin-1")
    plain = max(weight(accept, "text/plain"), weight(accept, "text/html")) > weight(
        accept, "application/json"
    )
    content_type = "text/plain; charset=utf-8" if plain else "application/json"
    return Decided("refused", status, http_status=403 if status in http else 401, content_type=content_type)


def _is_navigation(request: Asked) -> bool:
    accept = b",".join(request.values("accept")).decode("latin-1")
    return (
        request.method == "GET"
        and not _is_handshake(request)
        and request.values("sec-fetch-mode") in ([], [b"navigate"])
        and request.values("sec-fetch-dest") in ([], [b"document"])
        and b"xmlhttprequest" not in b",".join(request.values("x-requested-with")).lower()
        and next((q for kind, q in media_ranges(accept) if kind == "text/html"), 0) > 0
    )


# Configurations


def _can_be_made(guard: Object) -> bool:
    routes = _listed(guard, "routes")
    places = [
        (
            _configured_host(route["host"]) if "host" in route else None,
            str(route.get("prefix", "/")).rstrip("/"),
        )
        for route in routes
    ]
    entries = [*routes, *_listed(guard, "open_paths")]
    return (
        bool(routes)
        and len(set(places)) == len(places)
        and all(_configured_host(entry["host"]) is not None for entry in entries if "host" in entry)
        and all(_is_literal(str(route.get("prefix", "/"))) for route in routes)
        and all(_is_literal(str(entry["path"])) for entry in _listed(guard, "open_paths"))
        and all(re.fullmatch("[A-Z]+", str(entry["method"])) for entry in _listed(guard, "open_paths"))
        and all(_is_page(str(route["login_page"])) for route in routes if "login_page" in route)
        and (bool(guard.get("check_origin")) or not guard.get("trusted_origins"))
        and all(origin_of(text.encode("utf-8")) for text in _texts(guard, "trusted_origins"))
    )


def _is_literal(path: str) -> bool:
    return path.startswith("/") and not re.search(r"[*?#]", path) and is_clean(path.encode("utf-8"))


def _is_page(page: str) -> bool:
    if not re.fullmatch(r"https://[!$-;=@-\[\]_a-z~]+", page) or re.search(r'[?"<>^`{|}\\]', page):
        return False
    return host_and_port(urlsplit(page).netloc.encode()) is not None


def _listed(guard: Object, name: str) -> list[Object]:
    found = guard.get(name, [])
    assert isinstance(found, list)
    return found


def _texts(guard: Object, name: str) -> list[str]:
    found = guard.get(name, [])
    assert isinstance(found, list)
    return [str(text) for text in found]
