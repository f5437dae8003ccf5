"""The answers to refused requests."""

from __future__ import annotations

import json
import re
from typing import NamedTuple
from urllib.parse import quote

from ._errors import AccessError, CrossOrigin, Expired, NoRoute, NoToken, Revoked, SessionTooOld, UncleanPath
from ._outcome import description
from ._routes import Incoming, is_clean


class Answer(NamedTuple):
    """Status, headers and body."""

    http_status: int
    headers: list[tuple[str, str]]
    body: bytes


_OWN = {
    NoRoute: "there is no application here",
    UncleanPath: "the path could be understood in several ways",
    CrossOrigin: "a page of another origin caused the request",
}

# A new login gives another token. After other refusals, Access would send the browser back with the same
# token.
_LOGIN_HELPS = (NoToken, Expired, SessionTooOld, Revoked)

_NEVER_STORED = [("Cache-Control", "no-store"), ("Vary", "Accept")]


def answer(request: Incoming, error: AccessError, login_page: str | None) -> Answer:
    """A redirect to the login page where that helps, and otherwise the status and its general meaning."""
    if login_page and isinstance(error, _LOGIN_HELPS) and _is_navigation(request):
        path = quote(request.path, safe="/;:@=+$,&!~*'()")
        location = f"{login_page}?redirect_url={quote(path, safe='')}"
        return Answer(302, [*_NEVER_STORED, ("Location", location), ("Content-Length", "0")], b"")

    content_type, body = _body(request, error)
    headers = [
        *_NEVER_STORED,
        ("Content-Type", content_type),
        ("Content-Length", str(len(body))),
        ("X-Content-Type-Options", "nosniff"),
    ]
    if error.http_status == 401:
        headers.append(("WWW-Authenticate", "Cloudflare-Access"))
    return Answer(error.http_status, headers, b"" if request.method == "HEAD" else body)


def _body(request: Incoming, error: AccessError) -> tuple[str, bytes]:
    message = _OWN.get(type(error)) or description(error.number)
    accept = ",".join(request.header("accept"))
    plain = max(quality(accept, "text/plain"), quality(accept, "text/html"))
    if plain > quality(accept, "application/json"):
        return "text/plain; charset=utf-8", f"{error.status}: {message}\n".encode()
    return "application/json", json.dumps({"status": error.status, "message": message}).encode() + b"\n"


def _is_navigation(request: Incoming) -> bool:
    """Whether a browser shows the answer as a page, and its path can be understood in one way only."""
    accept = ",".join(request.header("accept")).lower()
    return (
        request.method == "GET"
        and "xmlhttprequest" not in ",".join(request.header("x-requested-with")).lower()
        and request.header("sec-fetch-mode") in ([], ["navigate"])
        and request.header("sec-fetch-dest") in ([], ["document"])
        and not request.header("upgrade")
        and "text/html" in accept
        and quality(accept, "text/html") > 0
        and is_clean(request.path, request.raw_path)
    )


def quality(accept: str, media_type: str) -> float:
    """How much a header `Accept` (RFC 9110 section 12.5.1) asks for a media type, from 0 to 1."""
    ranks = {"*/*": 1, media_type.partition("/")[0] + "/*": 2, media_type: 3}
    found, best = 0.0, 0
    for item in accept.lower().split(","):
        name, _, parameters = item.partition(";")
        rank = ranks.get(name.strip(), 0)
        if rank > best:
            found, best = _weight(parameters), rank
    return found


def _weight(parameters: str) -> float:
    for parameter in parameters.split(";"):
        name, _, value = parameter.strip().partition("=")
        if name == "q":
            return float(value) if re.fullmatch(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?", value) else 0.0
    return 1.0
