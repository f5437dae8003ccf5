"""Keys and verifiers as ctypes sees them. No other file of this package knows ctypes, but `_decisions`,
`_groups`, `_library`, `_outcome` and `_remote`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ctypes import PyDLL, byref, c_char, c_int32, c_int64, c_uint64, py_object
from struct import Struct
from typing import Any

from ._claims import CLAIMS_STRINGS, Claims, claims_of
from ._errors import Internal
from ._handle import Handle
from ._library import holding_gil, releasing_gil
from ._outcome import (
    BYTES,
    LENGTH,
    OUT,
    POINTER,
    STATUS,
    WORD,
    Outs,
    apply,
    refused,
    result,
    string,
)
from ._request import ASSERTION, COOKIE, EMAIL
from ._table import Table

_keys_from_json = releasing_gil(STATUS, "cfaccess_keys_from_json", BYTES, LENGTH, OUT, OUT)
_keys_from_file = releasing_gil(STATUS, "cfaccess_keys_from_file", BYTES, OUT, OUT)
_keys_load_json = releasing_gil(STATUS, "cfaccess_keys_load_json", POINTER, BYTES, LENGTH, OUT)
_keys_status = holding_gil(STATUS, "cfaccess_keys_status", POINTER, OUT, OUT)
_keys_begin_wait = holding_gil(c_int32, "cfaccess_keys_begin_wait", POINTER)
_keys_end_wait = holding_gil(None, "cfaccess_keys_end_wait", POINTER)
_keys_is_fetching = holding_gil(c_int32, "cfaccess_keys_is_fetching", POINTER)
keys_free = holding_gil(None, "cfaccess_keys_free", POINTER)

_config_new = holding_gil(STATUS, "cfaccess_config_new", BYTES, OUT, OUT)
_config_add_audience = holding_gil(STATUS, "cfaccess_config_add_audience", POINTER, BYTES, OUT)
_config_allow_service = holding_gil(STATUS, "cfaccess_config_allow_service", POINTER, BYTES, OUT)
_config_allow_any_service = holding_gil(STATUS, "cfaccess_config_allow_any_service", POINTER, OUT)
_config_set_leeway = holding_gil(STATUS, "cfaccess_config_set_leeway", POINTER, c_int64, OUT)
_config_set_max_lifetime = holding_gil(STATUS, "cfaccess_config_set_max_lifetime", POINTER, c_int64, OUT)
_config_set_max_age = holding_gil(STATUS, "cfaccess_config_set_max_age", POINTER, c_int64, OUT)
_config_accept_cookie = holding_gil(STATUS, "cfaccess_config_accept_cookie", POINTER, OUT)
_config_set_email_header = holding_gil(STATUS, "cfaccess_config_set_email_header", POINTER, c_int32, OUT)
_config_set_cache_entries = holding_gil(STATUS, "cfaccess_config_set_cache_entries", POINTER, c_int64, OUT)
_config_set_cache_bytes = holding_gil(STATUS, "cfaccess_config_set_cache_bytes", POINTER, c_int64, OUT)
_config_set_revocations = holding_gil(STATUS, "cfaccess_config_set_revocations", POINTER, POINTER, OUT)
_config_free = holding_gil(None, "cfaccess_config_free", POINTER)

_verifier_new = holding_gil(STATUS, "cfaccess_verifier_new", POINTER, POINTER, OUT, OUT)
_verifier_warning = holding_gil(BYTES, "cfaccess_verifier_warning", POINTER, LENGTH)
_verifier_stats = holding_gil(STATUS, "cfaccess_verifier_stats", POINTER, OUT, OUT)
_explain = holding_gil(STATUS, "cfaccess_verifier_explain", POINTER, BYTES, LENGTH, c_int64, OUT, OUT)

# The `id` of claims that are still valid for these bytes, or 0.
lookup = holding_gil(c_uint64, "cfaccess_verifier_lookup", POINTER, BYTES, LENGTH)

# How a token and a request are verified: by the system's clock, and at a given time. Neither waits.
TOKEN = (
    holding_gil(STATUS, "cfaccess_verifier_try_verify", POINTER, BYTES, LENGTH, OUT, OUT),
    holding_gil(STATUS, "cfaccess_verifier_try_verify_at", POINTER, BYTES, LENGTH, c_int64, OUT, OUT),
)
REQUEST = (
    holding_gil(STATUS, "cfaccess_verifier_try_verify_request", POINTER, POINTER, LENGTH, OUT, OUT),
    holding_gil(
        STATUS, "cfaccess_verifier_try_verify_request_at", POINTER, POINTER, LENGTH, c_int64, OUT, OUT
    ),
)
Entry = tuple[Any, Any]

_claims_free = holding_gil(None, "cfaccess_claims_free", POINTER)
_verifier_free = holding_gil(None, "cfaccess_verifier_free", POINTER)


class VerifierHandle(Handle):
    """A verifier, with its keys, its revocations and the claims by their `id`; `kept` is None where no tokens
    are kept."""

    __slots__ = ("kept", "keys", "revocations")

    kept: Table[Claims] | None
    keys: Handle
    revocations: Handle | None


def keys_from_json(document: bytes) -> Handle:
    """Keys from a JWK Set."""
    outs = Outs()
    status = _keys_from_json(document, len(document), outs, byref(outs, WORD))
    return Handle(result(status, outs), keys_free)


def keys_from_file(path: bytes) -> Handle:
    """Keys from a file with a JWK Set. The path has no NUL."""
    outs = Outs()
    status = _keys_from_file(path, outs, byref(outs, WORD))
    return Handle(result(status, outs), keys_free)


def keys_is_fetching(keys: Handle) -> bool:
    """Whether a fetch is in progress that has not reached its timeout."""
    return bool(_keys_is_fetching(keys.pointer))


@contextmanager
def waiting_for_keys(keys: Sequence[Handle]) -> Iterator[bool]:
    """Tells whether one more caller may wait for a fetch of these keys, and counts it as one that waits until
    the end."""
    begun = [each for each in keys if _keys_begin_wait(each.pointer)]
    try:
        yield len(begun) == len(keys)
    finally:
        for each in begun:
            _keys_end_wait(each.pointer)


def keys_load_json(keys: Handle, document: bytes) -> None:
    """Replaces the whole set; on a refusal the old one stays."""
    apply(_keys_load_json, keys.pointer, document, len(document))


def keys_status(keys: Handle) -> bytes:
    """What is in force, as JSON."""
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
    revocations: Handle | None,
) -> VerifierHandle:
    """A verifier; `services` is None for any. Strings have no NUL, numbers fit in 64 bits."""
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
        if revocations is not None:
            apply(_config_set_revocations, config, revocations.pointer)
        status = _verifier_new(config, keys.pointer, outs, byref(outs, WORD))
        handle = VerifierHandle(result(status, outs), _verifier_free)
    finally:
        _config_free(config)
    handle.keys = keys
    handle.revocations = revocations
    handle.kept = Table(cache_entries, cache_bytes) if cache_entries and cache_bytes else None
    return handle


def warnings(verifier: Handle) -> tuple[str, ...]:
    """What looks wrong in the configuration, one line each."""
    lines: list[str] = []
    while (line := _verifier_warning(verifier.pointer, len(lines))) is not None:
        lines.append(line.decode())
    return tuple(lines)


# The numbers of `cfaccess_claims`: struct_size, kind, present, issued_at, not_before, expires_at,
# audiences_len, audiences, the block's pointer and length; and, after twelve strings, which are read from the
# block, ends_at and id. Nothing after them is read here, however much a later version adds.
CLAIMS_HEAD = Struct(f"@NIIqqqNPPN{12 * 16}xqQ")
_unpack, _head_at = CLAIMS_HEAD.unpack, (c_char * CLAIMS_HEAD.size).from_address

# The interpreter's own reader of UTF-8: `string_at` would copy the block once more.
_text_at = PyDLL(None).PyUnicode_DecodeUTF8
_text_at.restype, _text_at.argtypes = py_object, (POINTER, LENGTH, BYTES)


# Places for an outcome that no call is using, with references to their halves: to make new ones for each
# token takes longer. List operations are atomic, so no two calls use the same one; a refused call drops its
# own.
_spare: list[tuple[Any, Any, Any]] = []


def verify(entry: Entry, verifier: VerifierHandle, subject: Any, length: int, now: int | None) -> Claims:
    """The claims of a valid token. It never waits: while a key is being fetched it raises `KeysPending`, and
    while revocations are being read `RevocationsPending`.

    `entry` is `TOKEN`, and the subject its bytes; or `REQUEST`, and the subject its `headers`.

    Every request comes through here, so it makes no call that it can do without: to read the fields of a
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
        status = entry[1](verifier.pointer, subject, length, now, out_claims, out_error)
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
        claims = _read(head)
    finally:
        _claims_free(found)
    if kept is not None:
        kept.keep(head[11], claims)
    return claims


def claims_at(address: int) -> Claims:
    """A copy of claims of the library."""
    return _read(_unpack(_head_at(address)))


def _read(head: tuple[int, ...]) -> Claims:
    """The claims with this head, whose block is still there."""
    block = _text_at(head[8], head[9], None)
    if block.count("\0") < CLAIMS_STRINGS + head[6]:
        raise Internal("the claims do not have the shape that this version expects")
    return claims_of(head, block)


# `cfaccess_header` is four words: name, its length, value, its length.
MOST_HEADERS = 5
_rows = [Struct(f"@{4 * count}P") for count in range(MOST_HEADERS + 1)]

# The address of the bytes, which must outlive its use.
address_of = PyDLL(None).PyBytes_AsString
address_of.restype, address_of.argtypes = POINTER, (py_object,)

_names = {name: (address_of(name), len(name)) for name in (ASSERTION, COOKIE, EMAIL)}


def headers(values: list[tuple[bytes, bytes]]) -> bytes:
    """The headers of a request as C takes them, at most `MOST_HEADERS`. The values must outlive the
    result, and the names are those of `_names`."""
    row: list[int] = []
    for name, value in values:
        row += (*_names[name], address_of(value), len(value))
    return _rows[len(values)].pack(*row)
