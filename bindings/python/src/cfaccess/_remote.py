"""Keys that are fetched, as ctypes sees them: their options, and the callbacks into Python functions."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from ctypes import CFUNCTYPE, byref, c_char_p, c_int32, c_int64, c_void_p
from functools import partial
from itertools import count
from typing import Any, Union

from . import _closing
from ._arguments import document_bytes
from ._callbacks import Callback, functions
from ._errors import AccessError
from ._handle import Handle
from ._interpreter import check_callbacks
from ._library import holding_gil, releasing_gil
from ._native import keys_free
from ._outcome import BYTES, LENGTH, OUT, POINTER, STATUS, WORD, Outs, apply, result

Fetch = Callable[[str], Union[str, bytes]]
Log = Callable[[int, str], object]

_Fetch = CFUNCTYPE(c_int32, c_void_p, c_char_p, c_void_p)
log_type = CFUNCTYPE(None, c_void_p, c_int32, c_char_p)
release_type = CFUNCTYPE(None, c_void_p)

_options_new = holding_gil(STATUS, "cfaccess_remote_options_new", OUT, OUT)
_set_timeout = holding_gil(STATUS, "cfaccess_remote_options_set_timeout", POINTER, c_int64, OUT)
_set_refresh_after = holding_gil(STATUS, "cfaccess_remote_options_set_refresh_after", POINTER, c_int64, OUT)
_set_cooldown = holding_gil(STATUS, "cfaccess_remote_options_set_cooldown", POINTER, c_int64, OUT)
_set_max_stale = holding_gil(STATUS, "cfaccess_remote_options_set_max_stale", POINTER, c_int64, OUT)
_set_ca_file = holding_gil(STATUS, "cfaccess_remote_options_set_ca_file", POINTER, BYTES, OUT)
_set_proxy = holding_gil(STATUS, "cfaccess_remote_options_set_proxy", POINTER, BYTES, OUT)
_set_local = holding_gil(STATUS, "cfaccess_remote_options_set_local", POINTER, BYTES, OUT)
_prefetch = holding_gil(STATUS, "cfaccess_remote_options_prefetch", POINTER, OUT)
_set_cache_file = holding_gil(STATUS, "cfaccess_remote_options_set_cache_file", POINTER, BYTES, OUT)
_set_fetch = holding_gil(
    STATUS, "cfaccess_remote_options_set_fetch", POINTER, _Fetch, POINTER, release_type, OUT
)
_set_log = holding_gil(
    STATUS, "cfaccess_remote_options_set_log", POINTER, log_type, POINTER, release_type, OUT
)
_options_free = holding_gil(None, "cfaccess_remote_options_free", POINTER)

_keys_remote = releasing_gil(STATUS, "cfaccess_keys_remote", BYTES, POINTER, OUT, OUT)
_keys_try_connect = holding_gil(STATUS, "cfaccess_keys_try_connect", POINTER, OUT)
_keys_close = releasing_gil(None, "cfaccess_keys_close", POINTER)
_document_write = holding_gil(STATUS, "cfaccess_document_write", POINTER, BYTES, LENGTH, OUT)


def keys_remote(
    team: bytes,
    timeout: int,
    refresh_after: int,
    cooldown: int,
    max_stale: int,
    ca_file: bytes | None,
    proxy: bytes | None,
    local: bytes | None,
    cache_file: bytes | None,
    prefetch: bool,
    fetch: Fetch | None,
    log: Log | None,
) -> Handle:
    """Keys that are fetched. Times are in milliseconds and fit in 64 bits, strings have no NUL."""
    if fetch is not None or log is not None:
        check_callbacks()
    numbers = []
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
        if local is not None:
            apply(_set_local, options, local)
        if cache_file is not None:
            apply(_set_cache_file, options, cache_file)
        if prefetch:
            apply(_prefetch, options)
        if fetch is not None:
            numbers.append(_numbered(fetch))
            apply(_set_fetch, options, _fetch, numbers[-1], _release)
        if log is not None:
            numbers.append(log_function(partial(apply, _set_log, options), log))
        keys = result(_keys_remote(team, options, outs, byref(outs, WORD)), outs)
    finally:
        _options_free(options)
    started(numbers)
    return _closing.handle(keys, numbers, _keys_close, keys_free) if numbers else Handle(keys, keys_free)


def keys_try_connect(keys: Handle) -> None:
    """Begins to fetch them, unless some are in force. It never waits: it raises `KeysPending` until they
    are."""
    apply(_keys_try_connect, keys.pointer)


def log_function(set_log: Callable[[Any, int, Any], object], log: Log) -> int:
    """Hands a log function to options of the library, and returns its number."""
    number = _numbered(partial(_report, log))
    set_log(_log, number, _release)
    return number


def started(numbers: list[int]) -> None:
    """So far the library could call these functions in this thread only. From now on it calls them in threads
    of its own."""
    for number in numbers:
        if number in functions:  # not released already, because nothing will ever call it
            functions[number] = Callback(functions[number])


_numbers = count(1)  # 0 would be NULL for the library


def _numbered(function: Any) -> int:
    number = next(_numbers)
    functions[number] = function
    return number


# The library knows these three by their addresses, so they must never be collected. They must not raise.


@release_type  # type: ignore[untyped-decorator]
def _release(number: int) -> None:
    functions.pop(number, None)


@_Fetch  # type: ignore[untyped-decorator]
def _fetch(number: int, url: bytes, document: int) -> int:
    try:
        fetched = functions[number](url.decode())
        content = document_bytes(fetched, "what fetch returns")
        apply(_document_write, document, content, len(content))
    except BaseException as error:
        reason = _reason(error)
        _document_write(document, reason, len(reason), None)
        return 1
    return 0


@log_type  # type: ignore[untyped-decorator]
def _log(number: int, level: int, line: bytes) -> None:
    with suppress(BaseException):  # no thread could start, or the interpreter is ending
        functions[number](LOG_LEVELS[level], line.decode("utf-8", "replace"))


# CFACCESS_LOG_* in C.
LOG_LEVELS = {1: logging.INFO, 2: logging.WARNING}


def _report(log: Log, level: int, line: str) -> None:
    try:
        log(level, line)
    except BaseException:
        logging.getLogger("cfaccess").exception("the log function failed; nothing else is affected")


def _reason(error: BaseException) -> bytes:
    """The type and text of an exception. The library makes one line of it and shortens it further."""
    try:
        text = error.message if isinstance(error, AccessError) else str(error)
    except Exception:
        text = "it has no text"
    return f"{type(error).__name__}: {text[:1000]}".encode("utf-8", "replace")
