"""How calls end, as ctypes sees it: what they return, or why they refuse."""

from __future__ import annotations

from ctypes import Array, byref, c_char_p, c_int32, c_void_p, sizeof, string_at
from typing import Any

from ._errors import BY_NUMBER, AccessError, Internal, refusal
from ._library import holding_gil

# Lengths are declared as void pointers: of the same size, and 100 ns faster to convert.
POINTER = LENGTH = OUT = c_void_p
BYTES = c_char_p
STATUS = c_int32

_version = holding_gil(BYTES, "cfaccess_version")
_status_name = holding_gil(BYTES, "cfaccess_status_name", c_int32)
_status_description = holding_gil(BYTES, "cfaccess_status_description", c_int32)
_status_http = holding_gil(c_int32, "cfaccess_status_http", c_int32)
_status_is_pending = holding_gil(c_int32, "cfaccess_status_is_pending", c_int32)

_error_status = holding_gil(STATUS, "cfaccess_error_status", POINTER)
_error_message = holding_gil(BYTES, "cfaccess_error_message", POINTER)
error_free = holding_gil(None, "cfaccess_error_free", POINTER)
_string_free = holding_gil(None, "cfaccess_string_free", POINTER)

# The places for the outcome of one call: the result, then the error. Each call has its own, so that any
# number of threads may call at once.
Outs = c_void_p * 2
WORD = sizeof(c_void_p)


def refused(status: int, error: int | None) -> AccessError:
    """The exception for an error, which is freed."""
    if error is None:
        return refusal(status, description(status))
    try:
        return refusal(status, _error_message(error).decode("utf-8", "replace"))
    finally:
        error_free(error)


def result(status: int, outs: Array[c_void_p]) -> int:
    """The address that a call returned; raises its refusal."""
    if status:
        raise refused(status, outs[1])
    address = outs[0]
    if address is None:
        raise Internal("the library returned OK without a result")
    return address


def apply(function: Any, pointer: int, *values: Any) -> None:
    """Calls a function that returns nothing else; raises its refusal."""
    error = c_void_p()
    status = function(pointer, *values, byref(error))
    if status:
        raise refused(status, error.value)


def string(address: int) -> bytes:
    """A copy of a string that the library returned, which is freed."""
    try:
        return string_at(address)
    finally:
        _string_free(address)


def description(number: int) -> str:
    """What a status means in general, in one line."""
    text: str = _status_description(number).decode()
    return text


PENDING = tuple(kind for number, kind in BY_NUMBER.items() if _status_is_pending(number))
"""The refusals of calls that may be made again, since something that they need is being fetched."""
