"""Tokens that are valid now."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from endpoint import token

sys.path.append(str(Path(__file__).resolve().parents[1] / "vectors" / "generate"))

import mint

EMAIL = "user@example.com"
ASSERTION = "Cf-Access-Jwt-Assertion"


def person(**header: object) -> tuple[str, str]:
    return ASSERTION, token(**header)  # type: ignore[arg-type]


def service() -> tuple[str, str]:
    now = int(time.time())
    return ASSERTION, mint.token(payload=mint.service(iat=now - 60, exp=now + 3600)).decode()


def expired() -> tuple[str, str]:
    return ASSERTION, token(lifetime=-600, age=4000)


def large(length: int) -> tuple[str, str]:
    """A person's token of about this length."""
    now = int(time.time())
    claims = mint.person(iat=now - 60, nbf=now - 60, exp=now + 3600, custom={"note": ""})
    missing = length - len(mint.token(payload=claims))
    claims["custom"] = {"note": "x" * (missing * 3 // 4 - 4)}
    return ASSERTION, mint.token(payload=claims).decode()
