"""What a refused request is answered: status, headers, and a body in JSON or as text."""

from __future__ import annotations

from guard_vector import Asked, Guarded, guard, refused, route, slug

RULE = "guard/answer"
JSON, TEXT = "application/json", "text/plain; charset=utf-8"

ACCEPT: dict[bytes, str] = {
    b"": JSON,
    b"*/*": JSON,
    b"application/*": JSON,
    b"application/json": JSON,
    b"image/png": JSON,
    b"application/json, text/plain, */*": JSON,
    b"text/plain, application/json": JSON,
    b"text/plain;q=0.5, application/json": JSON,
    b"text/plain;q=0.8, application/json;q=0.8": JSON,
    b"text/plain;q=0, */*": JSON,
    b"text/plain;q=0": JSON,
    b"text/*;q=0.5, */*": JSON,
    b"application/json, text/html;q=0.999": JSON,
    b"nonsense;;;,,/": JSON,
    b"/": JSON,
    b"text": JSON,
    b"text/": JSON,
    b"/plain": JSON,
    b"*/plain": JSON,
    b"text/plain/x": JSON,
    b"text /plain": JSON,
    b"text/ plain": JSON,
    b"text/plain": TEXT,
    b"Text/Plain": TEXT,
    b"text/html": TEXT,
    b"text/*": TEXT,
    b"text/html, */*;q=0.8": TEXT,
    b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": TEXT,
    b"text/plain, application/json;q=0.9": TEXT,
    b"application/json;q=0.5, text/plain": TEXT,
    b"application/json;q=0, */*": TEXT,
    b"application/json;q=0, text/plain;q=0.001": TEXT,
    b"TEXT/PLAIN ; Q=1.0": TEXT,
    b"text/plain;q=1.000": TEXT,
    b"text/plain;q=1.": TEXT,
    b"text/plain;q=0.": JSON,
    b"text/plain\t;\tq=0.5": TEXT,
    b"text/plain;;q=0.5;": TEXT,
    b"text/plain;charset=utf-8": TEXT,
    b'text/plain;charset="utf-8"': TEXT,
    b'text/plain;x="a,b;q=0"': TEXT,
    b'text/plain;x="a\\",b"': TEXT,
    b"text/plain;charset=utf-8;q=0.5, application/json;q=0.4": TEXT,
    # What RFC 9110 has no grammar for is passed over.
    b"text/plain;q=2": JSON,
    b"text/plain;q=2, application/json;q=0.1": JSON,
    b"text/plain;q=1e-1": JSON,
    b"text/plain;q=0.55555": JSON,
    b"text/plain;q=1.0000": JSON,
    b"text/plain;q=1.001": JSON,
    b'text/plain;q="0.9"': JSON,
    b"text/plain;q=.9": JSON,
    b"text/plain;q=-1": JSON,
    b"text/plain;q=+1": JSON,
    b"text/plain;q=": JSON,
    b"text/plain;q": JSON,
    b"text/plain;q =0.9": JSON,
    b"text/plain;q= 0.9": JSON,
    b"text/plain;q=0.9;q=0.8": JSON,
    b"text/plain;q=nan": JSON,
    b"text/plain;q=inf": JSON,
    b"text/plain;q=0x1": JSON,
    b"text/plain;q=1_0": JSON,
    b"text/plain;bare": JSON,
    b"text/plain;=x": JSON,
    b'text/plain;x="open': JSON,
    b'text/plain;x="a"b': JSON,
    b"text/plain;x=\xff": JSON,
    b"text/plain;q=bad, text/html": TEXT,
    b"application/json;q=bad, text/plain;q=0.1": TEXT,
}

HEADERS = {"Cache-Control": "no-store", "Vary": "Accept", "X-Content-Type-Options": "nosniff"}


def vectors() -> list[Guarded]:
    return [*_accepted(), *_whole(), *_head()]


def _accepted() -> list[Guarded]:
    return [
        refused(
            f"accept-{slug(accept)}",
            RULE,
            "text only for who prefers it to JSON (RFC 9110 section 12.5.1)",
            guard(),
            Asked(headers=[("Accept", accept)]),
            "NO_TOKEN",
            content_type=kind,
        )
        for accept, kind in ACCEPT.items()
    ] + [
        refused("accept-missing", RULE, "nothing is asked for", guard(), Asked(), "NO_TOKEN"),
        refused(
            "accept-two-headers",
            RULE,
            "several headers are one list",
            guard(),
            Asked(headers=[("Accept", b"application/json;q=0.1"), ("accept", b"text/plain")]),
            "NO_TOKEN",
            content_type=TEXT,
        ),
    ]


def _body(status: str, meaning: str, kind: str) -> str:
    return f"{status}: {meaning}\n" if kind == TEXT else f'{{"status":"{status}","message":"{meaning}"}}\n'


def _headers(body: str, kind: str, http_status: int) -> dict[str, str]:
    login = {"WWW-Authenticate": "Cloudflare-Access"} if http_status == 401 else {}
    return {**HEADERS, "Content-Type": kind, "Content-Length": str(len(body)), **login}


def _whole() -> list[Guarded]:
    """The whole answer: nothing of the token or of the request is in it."""
    shop = guard(
        route("main", host="app.example.com"), route("other", host="app.example.com", prefix="/admin")
    )
    checked = guard(check_origin=True)
    found: dict[str, tuple[str, dict[str, object], Asked]] = {
        "NO_TOKEN": ("the request carries no token", guard(), Asked()),
        "MALFORMED": ("not a signed token in compact form", guard(), Asked(token="malformed")),
        "EXPIRED": ("the token has expired", guard(), Asked(token="expired")),
        "WRONG_AUDIENCE": ("issued for another application", guard(), Asked(token="other application")),
        "SERVICE_NOT_ALLOWED": ("the service is not allowed here", guard(), Asked(token="service")),
        "NO_ROUTE": ("there is no application here", shop, Asked(host=b"secret.example")),
        "UNCLEAN_PATH": ("the path can be interpreted in several ways", shop, Asked(b"/secret/../x")),
        "CROSS_ORIGIN": (
            "a page of another origin caused the request",
            checked,
            Asked(token="user", method="POST", headers=[("Origin", b"https://secret.example")]),
        ),
    }
    vectors = []
    for status, (meaning, used, request) in found.items():
        for kind in (JSON, TEXT):
            body = _body(status, meaning, kind)
            http_status = (
                403 if status in ("SERVICE_NOT_ALLOWED", "NO_ROUTE", "UNCLEAN_PATH", "CROSS_ORIGIN") else 401
            )
            asked = Asked(**{**vars(request), "headers": [*request.headers, ("Accept", kind.encode())]})
            vectors.append(
                refused(
                    f"answer-{status}-{'json' if kind == JSON else 'text'}",
                    RULE,
                    "the name and the general meaning of the status",
                    used,
                    asked,
                    status,
                    content_type=kind,
                    headers=_headers(body, kind, http_status),
                    body=body,
                )
            )
    return vectors


def _head() -> list[Guarded]:
    body = _body("NO_TOKEN", "the request carries no token", JSON)
    return [
        refused(
            "answer-head",
            RULE,
            "HEAD has the headers of GET, and no content (RFC 9110 section 9.3.2)",
            guard(),
            Asked(method="HEAD"),
            "NO_TOKEN",
            headers=_headers(body, JSON, 401),
            body="",
        )
    ]
