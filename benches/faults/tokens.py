"""The tokens that are sent, as files of one token a line that every driver reads alike."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from endpoint import key, token
from mint import AUDIENCE, ISSUER, TEAM, attach, header, person, signing_input

__all__ = ["AUDIENCE", "ISSUER", "KNOWN", "NEW", "TEAM", "Tokens", "write"]

KNOWN, NEW = "acme-1", "acme-2"
"""The keys, by the names that the endpoint knows them under."""

FLOOD = 10_000
SIGNATURE_BYTES = 256


@dataclass(frozen=True)
class Tokens:
    known: Path
    new: Path
    random_key_ids: Path
    bad_signatures: Path


def write(folder: Path) -> Tokens:
    """Tokens that are good for an hour, and as many as a flood takes of those that never were."""
    unknown = (signing_input(header(kid=os.urandom(32).hex()), person()) for _ in range(FLOOD))
    forged = (signing_input(header(kid=key(KNOWN).kid), person()) for _ in range(FLOOD))
    contents = {
        "known": [token(KNOWN)],
        "new": [token(NEW)],
        "random_key_ids": [_with_any_signature(message) for message in unknown],
        "bad_signatures": [_with_any_signature(message) for message in forged],
    }
    for name, tokens in contents.items():
        (folder / name).write_text("\n".join(tokens) + "\n")
    return Tokens(*(folder / name for name in contents))


def _with_any_signature(message: bytes) -> str:
    return attach(message, os.urandom(SIGNATURE_BYTES)).decode("ascii")
