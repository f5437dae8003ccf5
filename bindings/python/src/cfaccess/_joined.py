"""Requests as the library takes them: all parts joined, and how many there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._decisions import HEADERS_READ
from ._request import EMAIL, as_bytes

_HEADERS = [
    ("HTTP_" + name.decode().upper().replace("-", "_"), name.decode()) for name in sorted(HEADERS_READ)
]
_EMAIL_LENGTH = len(EMAIL)


def of_environ(environ: Mapping[str, Any], path: str) -> tuple[bytes, int]:
    """Of a WSGI environ. Like every string in it, the path is decoded as ISO-8859-1.

    `SCRIPT_NAME` is not part of the path: applications do not route on it, and some servers take it from the
    client.
    """
    parts = [
        environ["REQUEST_METHOD"],
        environ.get("wsgi.url_scheme", ""),
        "",
        path,
        environ.get("RAW_URI") or environ.get("REQUEST_URI") or "",
    ]
    for key, name in _HEADERS:
        if key in environ:
            parts += name, environ[key]
    count = len(parts)
    parts.append("")
    try:
        return "\0".join(parts).encode("latin-1"), count
    except UnicodeEncodeError:
        return b"\0".join(map(as_bytes, parts)), count


def of_scope(
    scope: Mapping[str, Any], headers: list[tuple[bytes, bytes]], routed: str | None = None
) -> tuple[bytes, int, list[tuple[bytes, bytes]]]:
    """Of an ASGI scope, with the headers that name an e-mail. `routed` is the path on which the application
    routes, if it is known.

    All headers are passed: to select those that count takes longer than the library does.
    """
    if scope["type"] == "http":
        method, scheme = scope["method"], scope.get("scheme") or ""
    else:
        method, scheme = "GET", "wss" if scope.get("scheme") in ("wss", "https") else "ws"
    path, raw_path = scope["path"], scope.get("raw_path") or b""
    if scope.get("root_path"):
        path, raw_path = _below(scope["root_path"], path, raw_path)
    if routed is not None:
        path = routed
    head = f"{method}\0{scheme}\0\0{path}".encode("utf-8", "surrogatepass")  # four parts
    joined, emails = [head, raw_path], []
    for pair in headers:
        joined += pair
        if len(pair[0]) == _EMAIL_LENGTH and _is_email(pair[0]):
            emails.append(pair)
    joined.append(b"")
    return b"\0".join(joined), len(joined) + 2, emails


def emails_in(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Those that name an e-mail."""
    return [pair for pair in headers if len(pair[0]) == _EMAIL_LENGTH and _is_email(pair[0])]


def _is_email(name: bytes) -> bool:
    """A name with underscores is one too: some applications treat them as hyphens."""
    return name.lower().replace(b"_", b"-") == EMAIL


def _below(root: str, path: str, raw_path: bytes) -> tuple[str, bytes]:
    """The path without the root that leads it, as frameworks take it off, and the raw path without the empty
    segment that a server makes of the root `/api/`."""
    bare, encoded = root.rstrip("/"), root.encode()
    if raw_path.startswith(encoded + b"/"):
        raw_path = bare.encode() + raw_path[len(encoded) :]
    for prefix in (root, bare):
        if path.startswith(prefix) and path[len(prefix) : len(prefix) + 1] in ("", "/"):
            return path[len(prefix) :], raw_path
    return path, raw_path
