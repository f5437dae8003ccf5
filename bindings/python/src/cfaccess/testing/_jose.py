"""The compact form of a token (RFC 7515)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

Sign = Callable[[bytes], bytes]


def base64url(data: bytes) -> str:
    """Without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def compact(header: Mapping[str, Any], payload: Mapping[str, Any] | str, sign: Sign) -> str:
    """A signed token; a payload that is text already is signed as it is."""
    text = payload if isinstance(payload, str) else json.dumps(payload, separators=(",", ":"))
    parts = [base64url(json.dumps(header, separators=(",", ":")).encode()), base64url(text.encode())]
    message = ".".join(parts)
    return f"{message}.{base64url(sign(message.encode()))}"
