"""What goes over the wire for each behaviour."""

from __future__ import annotations

import ssl
import threading
import zlib
from functools import lru_cache
from http.client import responses

from . import minting
from .behaviour import Behaviour

LOGIN_PAGE = b"<!DOCTYPE html><title>Sign in</title><p>Sign in to acme.cloudflareaccess.com"
MEBIBYTE = 1 << 20


def answer(connection: ssl.SSLSocket, behaviour: Behaviour, if_none_match: str | None) -> str:
    """Sends the whole answer, and tells what it was."""
    status, headers, body = content(behaviour)
    if behaviour.entity_tag is not None and status == 200:
        headers = [("ETag", behaviour.entity_tag), *headers]
        if if_none_match == behaviour.entity_tag:
            status, body = 304, b""
    sent = body[: len(body) // 2] if behaviour.kind == "truncated" else body
    connection.sendall(_head(status, [*headers, *behaviour.headers], len(body)) + sent)
    return str(status) if behaviour.kind in ("ok", "status") else behaviour.kind


def drip(connection: ssl.SSLSocket, behaviour: Behaviour, ended: threading.Event) -> None:
    """A document that comes byte by byte and never ends, until the client goes."""
    connection.sendall(_head(200, [("Content-Type", "application/json")], MEBIBYTE))
    for byte in _document(behaviour).ljust(MEBIBYTE):
        connection.sendall(bytes([byte]))
        if ended.wait(0.05):
            return


@lru_cache(maxsize=8)
def content(behaviour: Behaviour) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, headers and body; kept, since keys and bombs take a while to make."""
    json = [("Content-Type", "application/json")]
    if behaviour.kind == "status":
        body = b"" if behaviour.status == 304 else b"no keys here\n"
        return behaviour.status, [("Content-Type", "text/plain")], body
    if behaviour.kind == "html":
        return 200, [("Content-Type", "text/html")], LOGIN_PAGE
    if behaviour.kind == "gzip_bomb":
        return 200, [*json, ("Content-Encoding", "gzip")], _bomb(_document(behaviour))
    return 200, json, _document(behaviour)


def _document(behaviour: Behaviour) -> bytes:
    if behaviour.kind == "not_json":
        return b"upstream connect error or disconnect/reset before headers"
    if behaviour.kind == "empty":
        return b'{"keys":[]}'
    if behaviour.kind == "many":
        return minting.document_of_many(behaviour.keys[0])
    whole = minting.document(*behaviour.keys) if behaviour.body is None else behaviour.body.encode()
    if behaviour.kind == "cut":
        return whole[: len(whole) // 2]
    return whole.ljust(2 * MEBIBYTE) if behaviour.kind == "large" else whole


def _head(status: int, headers: list[tuple[str, str]], length: int) -> bytes:
    about = [("Content-Length", str(length)), ("Connection", "close"), *headers]
    if status == 304:
        about.pop(0)
    lines = [f"HTTP/1.1 {status} {responses.get(status, 'Other')}", *(f"{n}: {v}" for n, v in about)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _bomb(document: bytes) -> bytes:
    """The document, and 256 MiB of white space after it."""
    gzip = zlib.compressobj(1, wbits=31)
    parts = [gzip.compress(document), *(gzip.compress(b" " * MEBIBYTE) for _ in range(256))]
    return b"".join([*parts, gzip.flush()])
