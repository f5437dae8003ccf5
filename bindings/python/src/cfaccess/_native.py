"""The shared library as ctypes sees it. No other file of this package knows ctypes, but `_library`."""

from __future__ import annotations

from ctypes import (
    Array,
    PyDLL,
    byref,
    c_char,
    c_char_p,
    c_int32,
    c_int64,
    c_void_p,
    py_object,
    sizeof,
    string_at,
)
from struct import Struct
from typing import Any

from ._errors import AccessError, Internal, refusal
from ._handle import Handle
from ._library import quick as _quick
from ._library import slow as _slow
from ._request import ASSERTION, COOKIE, EMAIL

# Lengths are declared as void pointers: of the same size, and 100 ns faster to convert.
_POINTER = _LENGTH = _OUT = c_void_p
_BYTES = c_char_p
_STATUS = c_int32

_version = _quick(_BYTES, "cfaccess_version")
_status_name = _quick(_BYTES, "cfaccess_status_name", c_int32)
_status_description = _quick(_BYTES, "cfaccess_status_description", c_int32)
_status_http = _quick(c_int32, "cfaccess_status_http", c_int32)

_error_status = _quick(_STATUS, "cfaccess_error_status", _POINTER)
_error_message = _quick(_BYTES, "cfaccess_error_message", _POINTER)
_error_free = _quick(None, "cfaccess_error_free", _POINTER)
_string_free = _quick(None, "cfaccess_string_free", _POINTER)

_keys_from_json = _slow(_STATUS, "cfaccess_keys_from_json", _BYTES, _LENGTH, _OUT, _OUT)
_keys_from_file = _slow(_STATUS, "cfaccess_keys_from_file", _BYTES, _OUT, _OUT)
_keys_load_json = _slow(_STATUS, "cfaccess_keys_load_json", _POINTER, _BYTES, _LENGTH, _OUT)
_keys_status = _quick(_STATUS, "cfaccess_keys_status", _POINTER, _OUT, _OUT)
_keys_free = _quick(None, "cfaccess_keys_free", _POINTER)

_config_new = _quick(_STATUS, "cfaccess_config_new", _BYTES, _OUT, _OUT)
_config_add_audience = _quick(_STATUS, "cfaccess_config_add_audience", _POINTER, _BYTES, _OUT)
_config_allow_service = _quick(_STATUS, "cfaccess_config_allow_service", _POINTER, _BYTES, _OUT)
_config_allow_any_service = _quick(_STATUS, "cfaccess_config_allow_any_service", _POINTER, _OUT)
_config_set_leeway = _quick(_STATUS, "cfaccess_config_set_leeway", _POINTER, c_int64, _OUT)
_config_set_max_lifetime = _quick(_STATUS, "cfaccess_config_set_max_lifetime", _POINTER, c_int64, _OUT)
_config_set_max_age = _quick(_STATUS, "cfaccess_config_set_max_age", _POINTER, c_int64, _OUT)
_config_accept_cookie = _quick(_STATUS, "cfaccess_config_accept_cookie", _POINTER, _OUT)
_config_set_email_header = _quick(_STATUS, "cfaccess_config_set_email_header", _POINTER, c_int32, _OUT)
_config_free = _quick(None, "cfaccess_config_free", _POINTER)

_verifier_new = _quick(_STATUS, "cfaccess_verifier_new", _POINTER, _POINTER, _OUT, _OUT)
_verifier_warning = _quick(_BYTES, "cfaccess_verifier_warning", _POINTER, _LENGTH)
_explain = _quick(_STATUS, "cfaccess_verifier_explain", _POINTER, _BYTES, _LENGTH, c_int64, _OUT, _OUT)

# What is verified, by the system's clock and at a given time. The four take the same arguments.
TOKEN = (
    _quick(_STATUS, "cfaccess_verifier_verify", _POINTER, _BYTES, _LENGTH, _OUT, _OUT),
    _quick(_STATUS, "cfaccess_verifier_verify_at", _POINTER, _BYTES, _LENGTH, c_int64, _OUT, _OUT),
)
REQUEST = (
    _quick(_STATUS, "cfaccess_verifier_verify_request", _POINTER, _POINTER, _LENGTH, _OUT, _OUT),
    _quick(_STATUS, "cfaccess_verifier_verify_request_at", _POINTER, _POINTER, _LENGTH, c_int64, _OUT, _OUT),
)

_claims_free = _quick(None, "cfaccess_claims_free", _POINTER)
_verifier_free = _quick(None, "cfaccess_verifier_free", _POINTER)


# The places for the outcome of one call: the result, and behind it the error. Each call has its own, so that
# any number of threads may call at once.
_Outs = c_void_p * 2
_WORD = sizeof(c_void_p)


def _refused(status: int, error: int | None) -> AccessError:
    if error is None:
        return refusal(status, _status_description(status).decode())
    try:
        return refusal(status, _error_message(error).decode("utf-8", "replace"))
    finally:
        _error_free(error)


def _result(status: int, outs: Array[c_void_p]) -> int:
    """The address that a call handed out; raises its refusal."""
    if status:
        raise _refused(status, outs[1])
    result = outs[0]
    if result is None:
        raise Internal("the library succeeded without a result")
    return result


def description(number: int) -> str:
    """What a status means in general, in one line."""
    text: str = _status_description(number).decode()
    return text


def keys_from_json(document: bytes) -> Handle:
    """Keys from a JWK Set."""
    outs = _Outs()
    status = _keys_from_json(document, len(document), outs, byref(outs, _WORD))
    return Handle(_result(status, outs), _keys_free)


def keys_from_file(path: bytes) -> Handle:
    """Keys from a file that holds a JWK Set. The path has no NUL."""
    outs = _Outs()
    status = _keys_from_file(path, outs, byref(outs, _WORD))
    return Handle(_result(status, outs), _keys_free)


def keys_load_json(keys: Handle, document: bytes) -> None:
    """Swaps the whole set; on a refusal the old one stays."""
    error = c_void_p()
    status = _keys_load_json(keys.pointer, document, len(document), byref(error))
    if status:
        raise _refused(status, error.value)


def keys_status(keys: Handle) -> bytes:
    """What the set holds, as JSON."""
    outs = _Outs()
    status = _keys_status(keys.pointer, outs, byref(outs, _WORD))
    return _string(_result(status, outs))


def explain(verifier: Handle, token: bytes, now: int) -> bytes:
    """Every check that can be made on a token, as JSON."""
    outs = _Outs()
    status = _explain(verifier.pointer, token, len(token), now, outs, byref(outs, _WORD))
    return _string(_result(status, outs))


def _string(address: int) -> bytes:
    """A copy of a string that the library handed out, which goes back."""
    try:
        return string_at(address)
    finally:
        _string_free(address)


def verifier(
    team: bytes,
    audiences: list[bytes],
    services: list[bytes] | None,
    leeway: int,
    max_lifetime: int,
    max_age: int | None,
    accept_cookie: bool,
    email_header: int,
    keys: Handle,
) -> Handle:
    """A verifier; `services` is None for any. Texts have no NUL, numbers fit in 64 bits."""
    outs = _Outs()
    config = _result(_config_new(team, outs, byref(outs, _WORD)), outs)
    try:
        for audience in audiences:
            _apply(_config_add_audience, config, audience)
        if services is None:
            _apply(_config_allow_any_service, config)
        else:
            for service in services:
                _apply(_config_allow_service, config, service)
        _apply(_config_set_leeway, config, leeway)
        _apply(_config_set_max_lifetime, config, max_lifetime)
        if max_age is not None:
            _apply(_config_set_max_age, config, max_age)
        if accept_cookie:
            _apply(_config_accept_cookie, config)
        _apply(_config_set_email_header, config, email_header)
        status = _verifier_new(config, keys.pointer, outs, byref(outs, _WORD))
        return Handle(_result(status, outs), _verifier_free)
    finally:
        _config_free(config)


def _apply(setter: Any, config: int, *values: bytes | int) -> None:
    error = c_void_p()
    status = setter(config, *values, byref(error))
    if status:
        raise _refused(status, error.value)


def warnings(verifier: Handle) -> tuple[str, ...]:
    """What is doubtful in the configuration, one line each."""
    lines: list[str] = []
    while (line := _verifier_warning(verifier.pointer, len(lines))) is not None:
        lines.append(line.decode())
    return tuple(lines)


# The numbers of `cfaccess_claims`: struct_size, kind, present, issued_at, not_before, expires_at,
# audiences_len, audiences, the block's pointer and length; and, behind the strings that the block has
# too, ends_at.
CLAIMS_HEAD = Struct(f"@NIIqqqNPPN{12 * 16}xq")
_unpack, _head_at = CLAIMS_HEAD.unpack, (c_char * CLAIMS_HEAD.size).from_address

# The strings of the block that are always there, and the end that `split` leaves behind the last NUL.
CLAIMS_STRINGS = 12 + 1

# The interpreter's own reader of UTF-8: `string_at` would copy the block once more.
_text_at = PyDLL(None).PyUnicode_DecodeUTF8
_text_at.restype, _text_at.argtypes = py_object, (_POINTER, _LENGTH, _BYTES)


# Places for an outcome that no call is using, with the references to their halves: making them anew for every
# token takes longer. List operations are atomic, so no two calls hold the same; a refused call drops its own.
_spare: list[tuple[Any, Any, Any]] = []


def verify(
    entry: tuple[Any, Any], verifier: Handle, subject: Any, length: int, now: int | None
) -> tuple[tuple[int, ...], list[str]]:
    """The numbers of the claims and their strings, in the order of the header.

    `entry` is `TOKEN`, and the subject its bytes; or `REQUEST`, and the subject its `headers`.

    This is the way of every request, so it makes no call that it can do without: to read the fields of a
    `ctypes.Structure` one by one would cost 600 ns each.
    """
    try:
        places = _spare.pop()
    except IndexError:
        outs = _Outs()
        places = outs, byref(outs), byref(outs, _WORD)
    outs, out_claims, out_error = places
    if now is None:
        status = entry[0](verifier.pointer, subject, length, out_claims, out_error)
    else:
        status = entry[1](verifier.pointer, subject, length, now, out_claims, out_error)
    claims = outs[0]
    if status or not claims:
        raise _refused(status, outs[1])
    _spare.append(places)
    try:
        head = _unpack(_head_at(claims))
        strings = _text_at(head[8], head[9], None).split("\0")
    finally:
        _claims_free(claims)
    if len(strings) != CLAIMS_STRINGS + head[6]:
        raise Internal("the claims do not have the shape that this version expects")
    return head, strings


# `cfaccess_header` is four words: name, its length, value, its length.
MOST_HEADERS = 5
_rows = [Struct(f"@{4 * count}P") for count in range(MOST_HEADERS + 1)]

_address = PyDLL(None).PyBytes_AsString
_address.restype, _address.argtypes = _POINTER, (py_object,)

_names = {name: (_address(name), len(name)) for name in (ASSERTION, COOKIE, EMAIL)}


def headers(values: list[tuple[bytes, bytes]]) -> bytes:
    """The headers of a request as C takes them, at most `MOST_HEADERS`. The values must outlive the
    result, and the names are those of `_names`."""
    row: list[int] = []
    for name, value in values:
        row += (*_names[name], _address(value), len(value))
    return _rows[len(values)].pack(*row)
