"""Converts arguments to what the library takes.

Wrong types are a `TypeError`. Wrong values are left for the library to refuse, unless C cannot represent
them.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Union

from ._errors import AccessError, InvalidArgument, InvalidConfig

Token = Union[str, bytes, bytearray, memoryview]
Seconds = Union[int, float]

_INT64_MIN, _INT64_MAX = -(2**63), 2**63 - 1
LAST_SECOND = 2**53 - 1
_FAR = 2**43


def token_bytes(token: Token) -> bytes:
    """The bytes of a token. A character that no token has becomes bytes that no token has."""
    if isinstance(token, str):
        return str.encode(token, "utf-8", "surrogatepass")
    if isinstance(token, (bytes, bytearray, memoryview)):
        return memoryview(token).tobytes()
    raise wrong_type("token", "str, bytes, bytearray or memoryview", token)


def document_bytes(document: str | bytes, name: str = "document") -> bytes:
    """The bytes of a key document."""
    if isinstance(document, str):
        return str.encode(document, "utf-8", "surrogatepass")
    if isinstance(document, bytes):
        return memoryview(document).tobytes()
    raise wrong_type(name, "str or bytes", document)


def path_bytes(path: str | os.PathLike[str], name: str = "path") -> bytes:
    """A path as the file system spells it."""
    if not isinstance(path, (str, os.PathLike)):
        raise wrong_type(name, "str or os.PathLike", path)
    try:
        encoded = os.fsencode(path)
    except UnicodeEncodeError:
        raise InvalidArgument(f"the {name} has characters that no file name can have") from None
    if b"\0" in encoded:
        raise InvalidArgument(f"the {name} has a NUL character")
    return encoded


def text(value: str, name: str, refusal: type[AccessError] = InvalidConfig) -> bytes:
    """A string as C takes it: UTF-8, terminated by the first NUL."""
    if not isinstance(value, str):
        raise wrong_type(name, "str", value)
    try:
        encoded = str.encode(value, "utf-8")
    except UnicodeEncodeError:
        raise refusal(f"{name} has a lone surrogate, which is no character") from None
    if b"\0" in encoded:
        raise refusal(f"{name} has a NUL character")
    return encoded


def texts(values: Iterable[str], name: str) -> list[bytes]:
    """Several configured strings. A bare string is not the list of its characters."""
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise wrong_type(name, "a list of str", values)
    return [text(value, f"an entry of {name}") for value in values]


def switch(value: bool, name: str) -> bool:
    """True or false. The string "false" is neither."""
    if not isinstance(value, bool):
        raise wrong_type(name, "bool", value)
    return value


def choice(value: str, numbers: Mapping[str, int], name: str) -> int:
    """The number of one of several words."""
    if not isinstance(value, str):
        raise wrong_type(name, "str", value)
    if value not in numbers:
        raise InvalidConfig(f"{name} is none of {', '.join(numbers)}")
    return numbers[value]


def whole_number(value: int, name: str) -> int:
    """A count. A value that does not fit in 64 bits becomes the nearest that does."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong_type(name, "int", value)
    return _in_64_bits(value)


def whole_seconds(value: Seconds, name: str, refusal: type[AccessError]) -> int:
    """Seconds, rounded down. A value that does not fit in 64 bits becomes the nearest that does."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise wrong_type(name, "seconds as int or float", value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise refusal(f"{name} is not a finite number of seconds")
        value = math.floor(value)
    return _in_64_bits(value)


def milliseconds(value: Seconds, name: str) -> int:
    """Seconds in milliseconds, rounded. A value that does not fit in 64 bits becomes one that does and is
    out of bounds too."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise wrong_type(name, "seconds as int or float", value)
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidConfig(f"{name} is not a finite number of seconds")
    return round(1000 * min(max(value, -_FAR), _FAR))


def function(value: Callable[..., Any], name: str) -> Any:
    """A function that is called, not awaited."""
    # Takes as long to import as half of this package, which most programs do without a function.
    import inspect

    if not callable(value) or inspect.iscoroutinefunction(value):
        raise TypeError(f"{name} must be a plain function")
    return value


def point_in_time(now: Seconds) -> int:
    """Seconds since 1970-01-01T00:00:00Z, in the range that a token can name."""
    seconds = whole_seconds(now, "now", InvalidArgument)
    if not 0 <= seconds <= LAST_SECOND:
        raise InvalidArgument("now is outside of 0 to 9007199254740991 seconds")
    return seconds


def _in_64_bits(value: int) -> int:
    return min(max(int(value), _INT64_MIN), _INT64_MAX)


def wrong_type(name: str, expected: str, value: object) -> TypeError:
    return TypeError(f"{name} must be {expected}, not {type(value).__name__}")
