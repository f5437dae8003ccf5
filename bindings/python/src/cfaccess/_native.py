"""The shared library as ctypes sees it. No other file of this package knows ctypes.

A call that never waits keeps the GIL (`PyDLL`): to let it go around a few microseconds, and to queue for
it again beside a busy thread, costs hundreds of times the call. A call that may wait, because it reads a
file or prepares keys, lets it go (`CDLL`).
"""

from __future__ import annotations

import os
from ctypes import (
    CDLL,
    Array,
    PyDLL,
    byref,
    c_char,
    c_char_p,
    c_int32,
    c_int64,
    c_uint32,
    c_void_p,
    py_object,
    sizeof,
    string_at,
)
from functools import partial
from pathlib import Path
from struct import Struct
from typing import Any

from ._errors import AccessError, Internal, refusal
from ._handle import Handle
from ._version import __version__


def _library_path() -> Path:
    """The library named by `CFACCESS_LIBRARY`, or else the one that the wheel put beside this file."""
    named = os.environ.get("CFACCESS_LIBRARY")
    if named:
        path, origin = Path(named), "CFACCESS_LIBRARY"
        if not path.is_absolute():
            raise ImportError(f"cfaccess: CFACCESS_LIBRARY must be an absolute path, and is {named!r}")
    else:
        path, origin = Path(__file__).resolve().parent / "libcfaccess.so", "beside the package"
    if not path.is_file():
        hint = "" if named else "; CFACCESS_LIBRARY, which could name another one, is not set"
        raise ImportError(f"cfaccess: the shared library is missing; tried {path} ({origin}){hint}")
    return path


def _load(kind: type[CDLL], path: Path) -> Any:
    try:
        return kind(str(path))
    except OSError as error:
        raise ImportError(f"cfaccess: the shared library cannot be loaded; tried {path}: {error}") from error


def check_version(library: int, package: str) -> None:
    """Refuses a library that does not speak this package's ABI: another major version (another minor one
    while the major is 0), or older than the package."""
    major, minor, patch = map(int, package.split("."))
    wanted = (major << 16) | (minor << 8) | patch
    breaking = 8 if major == 0 else 16
    if library < wanted or library >> breaking != wanted >> breaking:
        found = f"{library >> 16}.{library >> 8 & 255}.{library & 255}"
        raise ImportError(f"cfaccess: version {package} cannot use {LIBRARY_PATH}, which is version {found}")


LIBRARY_PATH = _library_path()
_keeping_gil = _load(PyDLL, LIBRARY_PATH)
_leaving_gil = _load(CDLL, LIBRARY_PATH)

DECLARED: dict[str, Any] = {}
"""Every function of the header, by its name."""


def _declare(library: Any, result: Any, name: str, *arguments: Any) -> Any:
    try:
        function = getattr(library, name)
    except AttributeError:
        found = f"{LIBRARY_PATH} has no function {name}"
        raise ImportError(f"cfaccess: {found}; it is not version {__version__}") from None
    function.restype = result
    function.argtypes = arguments
    DECLARED[name] = function
    return function


_quick, _slow = partial(_declare, _keeping_gil), partial(_declare, _leaving_gil)

# Lengths are declared as void pointers: of the same size, and 100 ns faster to convert.
_POINTER = _LENGTH = _OUT = c_void_p
_BYTES = c_char_p
_STATUS = c_int32

_version_number = _quick(c_uint32, "cfaccess_version_number")
check_version(_version_number(), __version__)

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
_config_free = _quick(None, "cfaccess_config_free", _POINTER)

_verifier_new = _quick(_STATUS, "cfaccess_verifier_new", _POINTER, _POINTER, _OUT, _OUT)
_verifier_warning = _quick(_BYTES, "cfaccess_verifier_warning", _POINTER, _LENGTH)
_verify = _quick(_STATUS, "cfaccess_verifier_verify", _POINTER, _BYTES, _LENGTH, _OUT, _OUT)
_verify_at = _quick(_STATUS, "cfaccess_verifier_verify_at", _POINTER, _BYTES, _LENGTH, c_int64, _OUT, _OUT)
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
    json = _result(status, outs)
    try:
        return string_at(json)
    finally:
        _string_free(json)


def verifier(
    team: bytes,
    audiences: list[bytes],
    services: list[bytes] | None,
    leeway: int,
    max_lifetime: int,
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


# The head of `cfaccess_claims`: struct_size, kind, present, issued_at, not_before, expires_at,
# audiences_len, audiences, and the block's pointer and length.
CLAIMS_HEAD = Struct("@NIIqqqNPPN")
_unpack, _head_at = CLAIMS_HEAD.unpack, (c_char * CLAIMS_HEAD.size).from_address

# The strings of the block that are always there, and the end that `split` leaves behind the last NUL.
CLAIMS_STRINGS = 12 + 1

# The interpreter's own reader of UTF-8: `string_at` would copy the block once more.
_text_at = PyDLL(None).PyUnicode_DecodeUTF8
_text_at.restype, _text_at.argtypes = py_object, (_POINTER, _LENGTH, _BYTES)


# Places for an outcome that no call is using, with the references to their halves: making them anew for every
# token takes longer. List operations are atomic, so no two calls hold the same; a refused call drops its own.
_spare: list[tuple[Any, Any, Any]] = []


def verify(verifier: Handle, token: bytes, now: int | None) -> tuple[tuple[int, ...], list[str]]:
    """The head of the claims and their strings, in the order of the header.

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
        status = _verify(verifier.pointer, token, len(token), out_claims, out_error)
    else:
        status = _verify_at(verifier.pointer, token, len(token), now, out_claims, out_error)
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
