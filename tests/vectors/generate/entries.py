"""Key documents with one odd entry between two good ones."""

from __future__ import annotations

import hashlib

from mint import dump
from vector import Document

from keys import ACME, ACME_2, OTHER_TEAM, Jwk

GOOD = "good"


def modulus(bits: int, end: int = 1) -> int:
    """An odd number of just that length; nobody knows its factors, and no key document needs them."""
    text = b"".join(hashlib.sha256(bytes([index])).digest() for index in range(bits // 256 + 1))
    value = int.from_bytes(text, "big") % (1 << (bits - 1))
    return (value | 1 << (bits - 1)) & ~1 | end


def entry_document(entry: object) -> bytes:
    """The entry between two good keys."""
    return dump({"keys": [ACME.jwk(kid=GOOD), entry, ACME_2.jwk()]})


def skipped(name: str, rule: str, about: str, entry: object, kid: str | None = "odd") -> Document:
    return Document(f"skipped-{name}", rule, about, entry_document(entry), "OK", [GOOD, ACME_2.kid], [kid])


def used(name: str, rule: str, about: str, entry: Jwk, kid: str = "odd") -> Document:
    return Document(f"used-{name}", rule, about, entry_document(entry), "OK", [GOOD, ACME_2.kid, kid], [])


def odd(**changes: object) -> Jwk:
    """A good key of its own, under the kid `odd`, changed."""
    return OTHER_TEAM.jwk(**{"kid": "odd", **changes})
