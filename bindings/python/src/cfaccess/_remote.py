"""Keys that are fetched, as ctypes sees them: their options, and the way back into Python functions."""

from __future__ import annotations

import logging
from collections.abc import Callable
from ctypes import CFUNCTYPE, byref, c_char_p, c_int32, c_int64, c_void_p
from itertools import count
from typing import Any, Union

from . import _closing
from ._arguments import document_bytes
from ._errors import AccessError
from ._handle import Handle
from ._library import quick as _quick
from ._library import slow as _slow
from ._native import keys_free
from ._outcome import BYTES, LENGTH, OUT, POINTER, STATUS, WORD, Outs, apply, result

Fetch = Callable[[str], Union[str, bytes]]
Log = Callable[[int, str], object]

_Fetch = CFUNCTYPE(c_int32, c_void_p, c_char_p, c_void_p)
_Log = CFUNCTYPE(None, c_void_p, c_int32, c_char_p)
_Release = CFUNCTYPE(None, c_void_p)

_options_new = _quick(STATUS, "cfaccess_remote_options_new", OUT, OUT)
_set_timeout = _quick(STATUS, "cfaccess_remote_options_set_timeout", POINTER, c_int64, OUT)
_set_refresh_after = _quick(STATUS, "cfaccess_remote_options_set_refresh_after", POINTER, c_int64, OUT)
_set_cooldown = _quick(STATUS, "cfaccess_remote_options_set_cooldown", POINTER, c_int64, OUT)
_set_max_stale = _quick(STATUS, "cfaccess_remote_options_set_max_stale", POINTER, c_int64, OUT)
_set_ca_file = _quick(STATUS, "cfaccess_remote_options_set_ca_file", POINTER, BYTES, OUT)
_set_proxy = _quick(STATUS, "cfaccess_remote_options_set_proxy", POINTER, BYTES, OUT)
_set_cache_file = _quick(STATUS, "cfaccess_remote_options_set_cache_file", POINTER, BYTES, OUT)
_set_fetch = _quick(STATUS, "cfaccess_remote_options_set_fetch", POINTER, _Fetch, POINTER, _Release, OUT)
_set_log = _quick(STATUS, "cfaccess_remote_options_set_log", POINTER, _Log, POINTER, _Release, OUT)
_options_free = _quick(None, "cfaccess_remote_options_free", POINTER)

_keys_remote = _slow(STATUS, "cfaccess_keys_remote", BYTES, POINTER, OUT, OUT)
_keys_connect = _slow(STATUS, "cfaccess_keys_connect", POINTER, OUT)
_document_write = _quick(STATUS, "cfaccess_document_write", POINTER, BYTES, LENGTH, OUT)


def keys_remote(
    team: bytes,
    timeout: int,
    refresh_after: int,
    cooldown: int,
    max_stale: int,
    ca_file: bytes | None,
    proxy: bytes | None,
    cache_file: bytes | None,
    fetch: Fetch | None,
    log: Log | None,
) -> Handle:
    """Keys that are fetched. Times are in milliseconds and fit in 64 bits, texts have no NUL."""
    outs = Outs()
    options = result(_options_new(outs, byref(outs, WORD)), outs)
    try:
        apply(_set_timeout, options, timeout)
        apply(_set_refresh_after, options, refresh_after)
        apply(_set_cooldown, options, cooldown)
        apply(_set_max_stale, options, max_stale)
        if ca_file is not None:
            apply(_set_ca_file, options, ca_file)
        if proxy is not None:
            apply(_set_proxy, options, proxy)
        if cache_file is not None:
            apply(_set_cache_file, options, cache_file)
        if fetch is not None:
            apply(_set_fetch, options, _fetch, _numbered(fetch), _release)
        if log is not None:
            apply(_set_log, options, _log, _numbered(log), _release)
        keys = result(_keys_remote(team, options, outs, byref(outs, WORD)), outs)
    finally:
        _options_free(options)
    return Handle(keys, keys_free) if fetch is None and log is None else _closing.handle(keys)


def keys_connect(keys: Handle) -> None:
    """Fetches them now, unless some are in force."""
    apply(_keys_connect, keys.pointer)


# The functions that the library may call, under the number that it was given; 0 would be its NULL.
functions: dict[int, Any] = {}
_numbers = count(1)


def _numbered(function: Any) -> int:
    number = next(_numbers)
    functions[number] = function
    return number


# The library knows these three by their addresses, so they must live for ever. Nothing may be raised out of
# them.


@_Release  # type: ignore[untyped-decorator]
def _release(number: int) -> None:
    functions.pop(number, None)


@_Fetch  # type: ignore[untyped-decorator]
def _fetch(number: int, url: bytes, document: int) -> int:
    try:
        fetched = functions[number](url.decode())
        content = document_bytes(fetched, "what fetch returns")
        apply(_document_write, document, content, len(content))
    except BaseException as error:
        reason = _told(error)
        _document_write(document, reason, len(reason), None)
        return 1
    return 0


@_Log  # type: ignore[untyped-decorator]
def _log(number: int, level: int, line: bytes) -> None:
    try:
        functions[number](LOG_LEVELS[level], line.decode("utf-8", "replace"))
    except BaseException:
        logging.getLogger("cfaccess").exception("the log function failed; the keys go on")


# CFACCESS_LOG_* in C.
LOG_LEVELS = {1: logging.INFO, 2: logging.WARNING}


def _told(error: BaseException) -> bytes:
    """Its type and text. The library makes one line of it and shortens that."""
    try:
        text = error.message if isinstance(error, AccessError) else str(error)
    except Exception:
        text = "its text cannot be had"
    return f"{type(error).__name__}: {text[:1000]}".encode("utf-8", "replace")
