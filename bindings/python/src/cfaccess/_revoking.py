"""Revocations as ctypes sees them: their options, what is written and what is listed."""

from __future__ import annotations

from ctypes import byref, c_int32, c_int64
from functools import partial
from typing import Any, NamedTuple

from . import _closing
from ._handle import Handle
from ._interpreter import check_callbacks
from ._library import holding_gil, releasing_gil
from ._outcome import BYTES, LENGTH, OUT, POINTER, STATUS, WORD, Outs, apply, result, string
from ._remote import Log, log_function, log_type, release_type, started

_options_new = holding_gil(STATUS, "cfaccess_revocation_options_new", OUT, OUT)
_set_interval = holding_gil(STATUS, "cfaccess_revocation_options_set_interval", POINTER, c_int64, OUT)
_set_timeout = holding_gil(STATUS, "cfaccess_revocation_options_set_timeout", POINTER, c_int64, OUT)
_set_max_stale = holding_gil(STATUS, "cfaccess_revocation_options_set_max_stale", POINTER, c_int64, OUT)
_set_when_stale = holding_gil(STATUS, "cfaccess_revocation_options_set_when_stale", POINTER, c_int32, OUT)
_set_ca_file = holding_gil(STATUS, "cfaccess_revocation_options_set_ca_file", POINTER, BYTES, OUT)
_set_log = holding_gil(
    STATUS, "cfaccess_revocation_options_set_log", POINTER, log_type, POINTER, release_type, OUT
)
_options_free = holding_gil(None, "cfaccess_revocation_options_free", POINTER)

_open = releasing_gil(STATUS, "cfaccess_revocations_open", BYTES, BYTES, POINTER, OUT, OUT)
_try_connect = holding_gil(STATUS, "cfaccess_revocations_try_connect", POINTER, OUT)
_is_reading = holding_gil(c_int32, "cfaccess_revocations_is_reading", POINTER)
_status = holding_gil(STATUS, "cfaccess_revocations_status", POINTER, OUT, OUT)
_close = releasing_gil(None, "cfaccess_revocations_close", POINTER)
_free = holding_gil(None, "cfaccess_revocations_free", POINTER)

_write_options_new = holding_gil(STATUS, "cfaccess_revoke_options_new", OUT, OUT)
_set_at = holding_gil(STATUS, "cfaccess_revoke_options_set_at", POINTER, c_int64, OUT)
_set_margin = holding_gil(STATUS, "cfaccess_revoke_options_set_margin", POINTER, c_int64, OUT)
_set_until = holding_gil(STATUS, "cfaccess_revoke_options_set_until", POINTER, c_int64, OUT)
_set_reason = holding_gil(STATUS, "cfaccess_revoke_options_set_reason", POINTER, BYTES, OUT)
_set_made_by = holding_gil(STATUS, "cfaccess_revoke_options_set_made_by", POINTER, BYTES, OUT)
_write_options_free = holding_gil(None, "cfaccess_revoke_options_free", POINTER)

_revoke = releasing_gil(STATUS, "cfaccess_revocations_revoke", POINTER, c_int32, BYTES, POINTER, OUT, OUT)
_block = releasing_gil(STATUS, "cfaccess_revocations_block", POINTER, c_int32, BYTES, POINTER, OUT, OUT)
_lift = releasing_gil(STATUS, "cfaccess_revocations_lift", POINTER, c_int32, BYTES, POINTER, OUT)
_list = releasing_gil(
    STATUS, "cfaccess_revocations_list", POINTER, c_int32, c_int32, BYTES, c_int64, OUT, OUT
)
_import = releasing_gil(STATUS, "cfaccess_revocations_import", POINTER, BYTES, LENGTH, OUT)

# CFACCESS_TARGET_* in C.
KINDS = {"team": 1, "application": 2, "subject": 3, "email": 4, "service": 5, "session": 6}

# CFACCESS_WHEN_STALE_* in C.
WHEN_STALE = {"refuse": 0, "continue": 1}


class Target(NamedTuple):
    """What a revocation is about: the number of its kind, and its value, None for the team."""

    kind: int
    value: bytes | None


NO_TARGET = Target(0, None)
"""The whole list, and its beginning."""


class Options(NamedTuple):
    """How something is written; None is the default."""

    at: int | None = None
    margin: int | None = None
    until: int | None = None
    reason: bytes | None = None
    made_by: bytes | None = None


_SETTERS = Options(_set_at, _set_margin, _set_until, _set_reason, _set_made_by)


def revocations_open(
    url: bytes,
    team: bytes,
    interval: int,
    timeout: int,
    max_stale: int,
    when_stale: int,
    ca_file: bytes | None,
    log: Log | None,
) -> Handle:
    """Revocations. Times are in milliseconds and fit in 64 bits, strings have no NUL."""
    if log is not None:
        check_callbacks()
    numbers = []
    outs = Outs()
    options = result(_options_new(outs, byref(outs, WORD)), outs)
    try:
        apply(_set_interval, options, interval)
        apply(_set_timeout, options, timeout)
        apply(_set_max_stale, options, max_stale)
        apply(_set_when_stale, options, when_stale)
        if ca_file is not None:
            apply(_set_ca_file, options, ca_file)
        if log is not None:
            numbers.append(log_function(partial(apply, _set_log, options), log))
        opened = result(_open(url, team, options, outs, byref(outs, WORD)), outs)
    finally:
        _options_free(options)
    started(numbers)
    return _closing.handle(opened, numbers, _close, _free) if numbers else Handle(opened, _free)


def revocations_try_connect(revocations: Handle) -> None:
    """Begins to read the store, unless what is known is current. It never waits: it raises
    `RevocationsPending` until the store has been read."""
    apply(_try_connect, revocations.pointer)


def revocations_is_reading(revocations: Handle) -> bool:
    """Whether the store is being read, and has not reached the timeout."""
    return bool(_is_reading(revocations.pointer))


def revocations_status(revocations: Handle) -> bytes:
    """What is known now, as JSON."""
    outs = Outs()
    status = _status(revocations.pointer, outs, byref(outs, WORD))
    return string(result(status, outs))


def revoke(revocations: Handle, target: Target, options: Options) -> int:
    """Revokes, and says from which second on tokens are good again."""
    return _write(_revoke, revocations, target, options)


def block(revocations: Handle, target: Target, options: Options) -> int:
    """Blocks, and says from which second on tokens are good after the block."""
    return _write(_block, revocations, target, options)


def _write(function: Any, revocations: Handle, target: Target, options: Options) -> int:
    good_from = c_int64()
    pointer = _options(options)
    try:
        apply(function, revocations.pointer, *target, pointer, byref(good_from))
    finally:
        _write_options_free(pointer)
    return good_from.value


def lift(revocations: Handle, target: Target, options: Options) -> None:
    """Lifts."""
    pointer = _options(options)
    try:
        apply(_lift, revocations.pointer, *target, pointer)
    finally:
        _write_options_free(pointer)


def _options(options: Options) -> int:
    outs = Outs()
    pointer = result(_write_options_new(outs, byref(outs, WORD)), outs)
    try:
        for setter, value in zip(_SETTERS, options):
            if value is not None:
                apply(setter, pointer, value)
    except BaseException:
        _write_options_free(pointer)
        raise
    return pointer


def entries(revocations: Handle, kind: int, after: Target, limit: int) -> bytes:
    """A page of the entries, as JSON."""
    outs = Outs()
    status = _list(revocations.pointer, kind, *after, limit, outs, byref(outs, WORD))
    return string(result(status, outs))


def import_entries(revocations: Handle, document: bytes) -> None:
    """Adds entries, as JSON."""
    apply(_import, revocations.pointer, document, len(document))
