"""Converts requests, in any form that Python programs have them in, to the headers that the library takes.

It decides nothing: headers are selected by name, and values are passed on unchanged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, Union

from ._arguments import wrong_type

_Text = Union[str, bytes]


class Request(Protocol):
    """A request of a framework."""

    @property
    def headers(self) -> Any: ...


Headers = Union[Mapping[str, Any], Mapping[bytes, bytes], Iterable[tuple[_Text, _Text]], Request]

ASSERTION, COOKIE, EMAIL = b"cf-access-jwt-assertion", b"cookie", b"cf-access-authenticated-user-email"

_NAMES = frozenset((ASSERTION, COOKIE, EMAIL))
_LENGTHS = frozenset(map(len, _NAMES))
_ENVIRON_NAMES = (
    ("HTTP_CF_ACCESS_JWT_ASSERTION", ASSERTION),
    ("HTTP_CF_ACCESS_AUTHENTICATED_USER_EMAIL", EMAIL),
    ("HTTP_COOKIE", COOKIE),
)


def headers_that_matter(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Name and value of each: at most two assertions, two e-mails and one header with all cookies."""
    if isinstance(headers, dict):
        if is_environ(headers):
            return _of_environ(headers)
        if is_scope(headers):
            return _of_pairs(headers["headers"])
    else:
        headers = _of_request(headers)
    items = getattr(headers, "items", None)
    pairs = headers if items is None else items()
    if not isinstance(pairs, Iterable) or isinstance(pairs, (str, bytes, bytearray, memoryview)):
        raise wrong_type(
            "headers", "a mapping, a list of pairs, a WSGI environ, an ASGI scope or a request", headers
        )
    return _of_pairs(pairs)


def _of_request(request: Any) -> Any:
    """The headers of a request of a framework, or what was passed instead. aiohttp decodes them as UTF-8, and
    has them as bytes, too."""
    raw = getattr(request, "raw_headers", None)
    return raw if isinstance(raw, tuple) else getattr(request, "headers", request)


def is_environ(headers: dict[Any, Any]) -> bool:
    """Whether it is a WSGI environ. Clients choose the names of headers, but no header has a tuple as its
    value; and the header that Access adds has a hyphen in its name, which no key of an environ has."""
    if type(headers.get("wsgi.version")) is tuple:
        return True
    return "REQUEST_METHOD" in headers and not any(isinstance(key, str) and "-" in key for key in headers)


def is_scope(headers: dict[Any, Any]) -> bool:
    """Whether it is the ASGI scope of a request. A header named `headers` does not have a list as its
    value."""
    return headers.get("type") in ("http", "websocket") and not isinstance(
        headers.get("headers", ""), (str, bytes)
    )


def as_bytes(text: str) -> bytes:
    """The bytes of the request: from ISO-8859-1 (PEP 3333), or else from UTF-8, which some frameworks
    decode."""
    try:
        return str.encode(text, "latin-1")
    except UnicodeEncodeError:
        return str.encode(text, "utf-8", "surrogatepass")


def _of_environ(environ: dict[str, Any]) -> list[tuple[bytes, bytes]]:
    found = []
    for key, name in _ENVIRON_NAMES:
        value = environ.get(key)
        if value is not None:
            found.append((name, _value(value)))
    return found


def _of_pairs(pairs: Iterable[Any]) -> list[tuple[bytes, bytes]]:
    found = []
    for name, value in [(name, value) for name, value in pairs if len(name) in _LENGTHS]:
        if type(name) is not bytes:
            name = _name(name)
        name = name.lower()
        if name in _NAMES:
            found.append((name, value if type(value) is bytes else _value(value)))
    return found if len({name for name, _ in found}) == len(found) else _few(found)


def _few(found: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """However many there are, a few suffice: two of a kind are refused like more, and cookies may continue in
    another header."""
    few = [
        (name, value) for kind in (ASSERTION, EMAIL) for name, value in [p for p in found if p[0] == kind][:2]
    ]
    cookies = [value for name, value in found if name == COOKIE]
    if cookies:
        few.append((COOKIE, b"; ".join(cookies)))
    return few


def _name(name: str | bytes) -> bytes:
    """In UTF-8, so that no character outside of ASCII becomes a letter of a name, as the Kelvin sign
    would."""
    if isinstance(name, str):
        return str.encode(name, "utf-8", "surrogatepass")
    return _value(name)


def _value(value: str | bytes) -> bytes:
    if isinstance(value, str):
        return as_bytes(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return memoryview(value).tobytes()
    raise wrong_type("a name or a value of headers", "str or bytes", value)
