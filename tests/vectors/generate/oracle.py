"""Judges the vectors themselves: each must fail for the reason it gives, and for no other."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256
from guard_vector import Guarded
from mint import decode
from revocation_vector import Revoked
from segments import decoded, encode
from vector import Address, Configuration, Document, Request, Token

from keys import ACME, ACME_2, ACME_3072, ACME_4096, DOCS_KID, OTHER_TEAM, TestKey

BY_KID = {key.kid: key for key in (ACME, ACME_2, ACME_3072, ACME_4096, OTHER_TEAM)} | {DOCS_KID: ACME}

BEFORE_SIGNATURE = {
    "INVALID_ARGUMENT",
    "NO_TOKEN",
    "MALFORMED",
    "TOO_LARGE",
    "OPAQUE_TOKEN",
    "UNSUPPORTED_HEADER",
    "UNSUPPORTED_ALGORITHM",
    "UNKNOWN_KEY",
    "BAD_SIGNATURE",
}


def faults(
    tokens: list[Token],
    requests: list[Request],
    documents: list[Document],
    configurations: list[Configuration],
) -> list[str]:
    """What is wrong with the vectors, one line each."""
    found = [*repeated(tokens), *repeated(requests), *repeated(documents), *repeated(configurations)]
    inputs = {
        **{vector.name: vector.token for vector in tokens},
        **{vector.name: vector.document for vector in documents},
    }
    found += [
        f"{name}: written as other bytes" for name, data in inputs.items() if decoded(encode(data)) != data
    ]
    for vector in tokens:
        if vector.signer is not None and not holds(vector.signer, vector.token):
            found.append(f"{vector.name}: the signature of {vector.signer.name} is invalid")
        if vector.status == "BAD_SIGNATURE" and holds(_named_key(vector), vector.token):
            found.append(f"{vector.name}: the signature is good")
        if _judged_after_signature(vector.status) and not holds(_named_key(vector), vector.token):
            found.append(f"{vector.name}: the signature is bad")
        if (surplus := _surplus(vector)) and surplus not in (vector.message or ""):
            found.append(f"{vector.name}: the message does not name {surplus}")
    found += [
        f"{vector.name}: whether it is marked is wrong"
        for vector in documents
        if vector.status == "OK" and vector.local != _is_marked(vector.document)
    ]
    return found + [fault for request in requests for fault in _request_faults(request)]


def _surplus(vector: Token) -> str | None:
    """What the message of a refusal must name."""
    if vector.status != "MALFORMED":
        return None
    if re.match(rb"bearer ", vector.token, re.IGNORECASE):
        return "`Bearer `"
    return "a line break" if vector.token[-1:] in (b"\r", b"\n") else None


def _request_faults(request: Request) -> list[str]:
    """A request whose headers are written as others, or that has no token for its verdict."""
    values = [value for _, value in request.headers]
    faults = []
    if [decoded(encode(value)) for value in values] != values:
        faults.append("written as other bytes")
    if request.read is not None and not any(request.read in value for value in values):
        faults.append("the token that must be read is missing")
    if _judged_after_signature(request.status) and (request.read is None or not holds(ACME, request.read)):
        faults.append("no token that is read has a valid signature")
    return [f"{request.name}: {fault}" for fault in faults]


def holds(key: TestKey, token: bytes) -> bool:
    """Whether the token carries a right RS256 signature of this key."""
    message, _, signature = token.rpartition(b".")
    try:
        key.public.verify(decode(signature), message, padding.PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def _named_key(vector: Token) -> TestKey:
    """The key that the header names."""
    return BY_KID[json.loads(decode(vector.token.split(b".")[0]))["kid"]]


def _judged_after_signature(status: str) -> bool:
    return status not in BEFORE_SIGNATURE


def _is_marked(document: bytes) -> bool:
    """Whether every entry that is an object has the mark of a local Access."""
    entries = [entry for entry in json.loads(document)["keys"] if isinstance(entry, dict)]
    return all(entry.get("cfaccess_local") is True for entry in entries)


def repeated(
    vectors: Sequence[Token | Request | Document | Configuration | Address | Guarded | Revoked],
) -> list[str]:
    """Names that several vectors have."""
    counts = Counter(vector.name for vector in vectors)
    return [f"{name}: {count} vectors of this name" for name, count in counts.items() if count > 1]
