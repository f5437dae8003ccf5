"""Keys and verifiers as ctypes sees them. No other file of this package knows ctypes, but `_library`,
`_outcome`, `_groups` and `_remote`."""

from __future__ import annotations

from ctypes import PyDLL, byref, c_char, c_int32, c_int64, c_uint64, py_object
from struct import Struct
from typing import Any

from ._claims import CLAIMS_STRINGS, Claims, claims_of
from ._errors import Internal, KeysPending
from ._handle import Handle
from ._library import quick as _quick
from ._library import slow as _slow
from ._outcome import (
    BYTES,
    LENGTH,
    OUT,
    POINTER,
    STATUS,
    WORD,
    Outs,
    apply,
    error_free,
    refused,
    result,
    string,
)
from ._request import ASSERTION, COOKIE, EMAIL
from ._table import Table

_keys_from_json = _slow(STATUS, "cfaccess_keys_from_json", BYTES, LENGTH, OUT, OUT)
_keys_from_file = _slow(STATUS, "cfaccess_keys_from_file", BYTES, OUT, OUT)
_keys_load_json = _slow(STATUS, "cfaccess_keys_load_json", POINTER, BYTES, LENGTH, OUT)
_keys_status = _quick(STATUS, "cfaccess_keys_status", POINTER, OUT, OUT)
keys_free = _quick(None, "cfaccess_keys_free", POINTER)

_config_new = _quick(STATUS, "cfaccess_config_new", BYTES, OUT, OUT)
_config_add_audience = _quick(STATUS, "cfaccess_config_add_audience", POINTER, BYTES, OUT)
_config_allow_service = _quick(STATUS, "cfaccess_config_allow_service", POINTER, BYTES, OUT)
_config_allow_any_service = _quick(STATUS, "cfaccess_config_allow_any_service", POINTER, OUT)
_config_set_leeway = _quick(STATUS, "cfaccess_config_set_leeway", POINTER, c_int64, OUT)
_config_set_max_lifetime = _quick(STATUS, "cfaccess_config_set_max_lifetime", POINTER, c_int64, OUT)
_config_set_max_age = _quick(STATUS, "cfaccess_config_set_max_age", POINTER, c_int64, OUT)
_config_accept_cookie = _quick(STATUS, "cfaccess_config_accept_cookie", POINTER, OUT)
_config_set_email_header = _quick(STATUS, "cfaccess_config_set_email_header", POINTER, c_int32, OUT)
_config_set_cache_entries = _quick(STATUS, "cfaccess_config_set_cache_entries", POINTER, c_int64, OUT)
_config_set_cache_bytes = _quick(STATUS, "cfaccess_config_set_cache_bytes", POINTER, c_int64, OUT)
_config_free = _quick(None, "cfaccess_config_free", POINTER)

_verifier_new = _quick(STATUS, "cfaccess_verifier_new", POINTER, POINTER, OUT, OUT)
_verifier_warning = _quick(BYTES, "cfaccess_verifier_warning", POINTER, LENGTH)
_verifier_stats = _quick(STATUS, "cfaccess_verifier_stats", POINTER, OUT, OUT)
_explain = _quick(STATUS, "cfaccess_verifier_explain", POINTER, BYTES, LENGTH, c_int64, OUT, OUT)

# The `id` of claims that still hold for these bytes, or 0. It never waits.
lookup = _quick(c_uint64, "cfaccess_verifier_lookup", POINTER, BYTES, LENGTH)

# What is verified: by the system's clock without waiting, the same with patience, and at a given time. Those
# that may wait for keys let the GIL go. Both take the same arguments.
TOKEN = (
    _quick(STATUS, "cfaccess_verifier_try_verify", POINTER, BYTES, LENGTH, OUT, OUT),
    _slow(STATUS, "cfaccess_verifier_verify", POINTER, BYTES, LENGTH, OUT, OUT),
    _slow(STATUS, "cfaccess_verifier_verify_at", POINTER, BYTES, LENGTH, c_int64, OUT, OUT),
)
REQUEST = (
    _quick(STATUS, "cfaccess_verifier_try_verify_request", POINTER, POINTER, LENGTH, OUT, OUT),
    _slow(STATUS, "cfaccess_verifier_verify_request", POINTER, POINTER, LENGTH, OUT, OUT),
    _slow(STATUS, "cfaccess_verifier_verify_request_at", POINTER, POINTER, LENGTH, c_int64, OUT, OUT),
)
Entry = tuple[Any, Any, Any]

_claims_free = _quick(None, "cfaccess_claims_free", POINTER)
_verifier_free = _quick(None, "cfaccess_verifier_free", POINTER)


class VerifierHandle(Handle):
    """A verifier, with what its `id`s stand for; `kept` is None where it keeps no tokens."""

    __slots__ = ("kept",)

    kept: Table | None


def keys_from_json(document: bytes) -> Handle:
    """Keys from a JWK Set."""
    outs = Outs()
    status = _keys_from_json(document, len(document), outs, byref(outs, WORD))
    return Handle(result(status, outs), keys_free)


def keys_from_file(path: bytes) -> Handle:
    """Keys from a file that holds a JWK Set. The path has no NUL."""
    outs = Outs()
    status = _keys_from_file(path, outs, byref(outs, WORD))
    return Handle(result(status, outs), keys_free)


def keys_load_json(keys: Handle, document: bytes) -> None:
    """Swaps the whole set; on a refusal the old one stays."""
    apply(_keys_load_json, keys.pointer, document, len(document))


def keys_status(keys: Handle) -> bytes:
    """What the set holds, as JSON."""
    outs = Outs()
    status = _keys_status(keys.pointer, outs, byref(outs, WORD))
    return string(result(status, outs))


def stats(verifier: Handle) -> bytes:
    """What it has done since it was made, as JSON."""
    outs = Outs()
    status = _verifier_stats(verifier.pointer, outs, byref(outs, WORD))
    return string(result(status, outs))


def explain(verifier: Handle, token: bytes, now: int) -> bytes:
    """Every check that can be made on a token, as JSON."""
    outs = Outs()
    status = _explain(verifier.pointer, token, len(token), now, outs, byref(outs, WORD))
    return string(result(status, outs))


def verifier(
    team: bytes,
    audiences: list[bytes],
    services: list[bytes] | None,
    leeway: int,
    max_lifetime: int,
    max_age: int | None,
    accept_cookie: bool,
    email_header: int,
    cache_entries: int,
    cache_bytes: int,
    keys: Handle,
) -> VerifierHandle:
    """A verifier; `services` is None for any. Texts have no NUL, numbers fit in 64 bits."""
    outs = Outs()
    config = result(_config_new(team, outs, byref(outs, WORD)), outs)
    try:
        for audience in audiences:
            apply(_config_add_audience, config, audience)
        if services is None:
            apply(_config_allow_any_service, config)
        else:
            for service in services:
                apply(_config_allow_service, config, service)
        apply(_config_set_leeway, config, leeway)
        apply(_config_set_max_lifetime, config, max_lifetime)
        if max_age is not None:
            apply(_config_set_max_age, config, max_age)
        if accept_cookie:
            apply(_config_accept_cookie, config)
        apply(_config_set_email_header, config, email_header)
        apply(_config_set_cache_entries, config, cache_entries)
        apply(_config_set_cache_bytes, config, cache_bytes)
        status = _verifier_new(config, keys.pointer, outs, byref(outs, WORD))
        handle = VerifierHandle(result(status, outs), _verifier_free, keys)
    finally:
        _config_free(config)
    handle.kept = Table(cache_entries, cache_bytes) if cache_entries and cache_bytes else None
    return handle


def warnings(verifier: Handle) -> tuple[str, ...]:
    """What is doubtful in the configuration, one line each."""
    lines: list[str] = []
    while (line := _verifier_warning(verifier.pointer, len(lines))) is not None:
        lines.append(line.decode())
    return tuple(lines)


# The numbers of `cfaccess_claims`: struct_size, kind, present, issued_at, not_before, expires_at,
# audiences_len, audiences, the block's pointer and length; and, after twelve strings, which are read from the
# block, ends_at and id. Nothing after them is read here, however much a later version adds.
CLAIMS_HEAD = Struct(f"@NIIqqqNPPN{12 * 16}xqQ")
_unpack, _head_at = CLAIMS_HEAD.unpack, (c_char * CLAIMS_HEAD.size).from_address

_KEYS_PENDING = KeysPending.number

# The interpreter's own reader of UTF-8: `string_at` would copy the block once more.
_text_at = PyDLL(None).PyUnicode_DecodeUTF8
_text_at.restype, _text_at.argtypes = py_object, (POINTER, LENGTH, BYTES)


# Places for an outcome that no call is using, with the references to their halves: making them anew for every
# token takes longer. List operations are atomic, so no two calls hold the same; a refused call drops its own.
_spare: list[tuple[Any, Any, Any]] = []


def verify(
    entry: Entry, verifier: VerifierHandle, subject: Any, length: int, now: int | None, patient: bool = True
) -> Claims:
    """The claims of a token that is good.

    `entry` is `TOKEN`, and the subject its bytes; or `REQUEST`, and the subject its `headers`. Who is not
    patient gets `KeysPending` where others wait.

    This is the way of every request, so it makes no call that it can do without: to read the fields of a
    `ctypes.Structure` one by one would cost 600 ns each.
    """
    try:
        places = _spare.pop()
    except IndexError:
        outs = Outs()
        places = outs, byref(outs), byref(outs, WORD)
    outs, out_claims, out_error = places
    if now is None:
        status = entry[0](verifier.pointer, subject, length, out_claims, out_error)
    else:
        status = entry[2](verifier.pointer, subject, length, now, out_claims, out_error)
    found = outs[0]
    if status and patient and status == _KEYS_PENDING:
        error_free(outs[1])
        status = entry[1](verifier.pointer, subject, length, out_claims, out_error)
        found = outs[0]
    if status or not found:
        raise refused(status, outs[1])
    _spare.append(places)
    kept = verifier.kept
    try:
        head = _unpack(_head_at(found))
        claims = None if kept is None else kept.find(head[11])
        if claims is not None:
            return claims
        block = _text_at(head[8], head[9], None)
    finally:
        _claims_free(found)
    if block.count("\0") < CLAIMS_STRINGS + head[6]:
        raise Internal("the claims do not have the shape that this version expects")
    claims = claims_of(head, block)
    if kept is not None:
        kept.keep(head[11], claims)
    return claims


# `cfaccess_header` is four words: name, its length, value, its length.
MOST_HEADERS = 5
_rows = [Struct(f"@{4 * count}P") for count in range(MOST_HEADERS + 1)]

_address = PyDLL(None).PyBytes_AsString
_address.restype, _address.argtypes = POINTER, (py_object,)

_names = {name: (_address(name), len(name)) for name in (ASSERTION, COOKIE, EMAIL)}


def headers(values: list[tuple[bytes, bytes]]) -> bytes:
    """The headers of a request as C takes them, at most `MOST_HEADERS`. The values must outlive the
    result, and the names are those of `_names`."""
    row: list[int] = []
    for name, value in values:
        row += (*_names[name], _address(value), len(value))
    return _rows[len(values)].pack(*row)
