"""Tokens and headers that are wrong in exactly one way, each with the status that the library gives."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from ._jose import Sign, compact
from ._keys import SigningKey
from ._team import client_id_of


@dataclass(frozen=True)
class Draft:
    """A token before it is signed."""

    header: dict[str, Any]
    claims: dict[str, Any]
    key: SigningKey

    def signed(self) -> str:
        """The token."""
        return compact(self.header, self.claims, self.key.sign)

    def with_header(self, **members: object) -> Draft:
        """With these members in its header."""
        return replace(self, header={**self.header, **members})

    def with_claims(self, **claims: object) -> Draft:
        """With these claims; `None` removes one."""
        changed = {**self.claims, **claims}
        return replace(self, claims={name: value for name, value in changed.items() if value is not None})

    def moved(self, seconds: int) -> Draft:
        """Issued that much later."""
        times = {name: self.claims[name] + seconds for name in ("iat", "nbf", "exp") if name in self.claims}
        return self.with_claims(**times)


def _hmac_with_the_public_key(draft: Draft) -> Sign:
    return lambda message: hmac.new(draft.key.public_pem, message, "sha256").digest()


def _one_bit(draft: Draft) -> str:
    def sign(message: bytes) -> bytes:
        signature = bytearray(draft.key.sign(message))
        signature[100] ^= 1
        return bytes(signature)

    return compact(draft.header, draft.claims, sign)


def _duplicate(draft: Draft) -> str:
    text = json.dumps(draft.claims)
    return compact(draft.header, f'{{"type":"app",{text[1:]}', draft.key.sign)


def _of_another_key(draft: Draft) -> str:
    stranger = SigningKey()
    return replace(draft.with_header(kid=stranger.kid), key=stranger).signed()


@dataclass(frozen=True)
class Fault:
    """How a token is spoiled, and the status that the library gives."""

    status: str
    spoil: Callable[[Draft], str]


_MONTH = 2_629_000

TOKEN_FAULTS: dict[str, Fault] = {
    "token-cut": Fault("MALFORMED", lambda draft: draft.signed().rsplit(".", 1)[0]),
    "token-large": Fault(
        "TOO_LARGE", lambda draft: draft.with_claims(custom={"filler": "x" * 17_000}).signed()
    ),
    "token-opaque": Fault("OPAQUE_TOKEN", lambda _: "oauth:8f2b6cbb1d2e4b1f"),
    "alg-none": Fault(
        "UNSUPPORTED_ALGORITHM",
        lambda draft: draft.with_header(alg="none").signed(),
    ),
    "alg-hs256": Fault(
        "UNSUPPORTED_ALGORITHM",
        lambda draft: compact(
            draft.with_header(alg="HS256").header, draft.claims, _hmac_with_the_public_key(draft)
        ),
    ),
    "crit": Fault("UNSUPPORTED_HEADER", lambda draft: draft.with_header(crit=["b64"], b64=True).signed()),
    "key-unknown": Fault("UNKNOWN_KEY", _of_another_key),
    "signature-bad": Fault("BAD_SIGNATURE", _one_bit),
    "claims-duplicate": Fault("MALFORMED_CLAIMS", _duplicate),
    "claim-missing-exp": Fault("MISSING_CLAIM", lambda draft: draft.with_claims(exp=None).signed()),
    "claim-exp-text": Fault(
        "INVALID_CLAIM", lambda draft: draft.with_claims(exp=str(draft.claims["exp"])).signed()
    ),
    "wrong-team": Fault(
        "WRONG_ISSUER", lambda draft: draft.with_claims(iss="https://other.cloudflareaccess.com").signed()
    ),
    "wrong-app": Fault("WRONG_AUDIENCE", lambda draft: draft.with_claims(aud=["0" * 64]).signed()),
    "type-org": Fault("WRONG_TOKEN_TYPE", lambda draft: draft.with_claims(type="org").signed()),
    "type-meta": Fault(
        "MISSING_CLAIM", lambda draft: draft.with_claims(type="meta", iss=None, exp=None).signed()
    ),
    "type-match": Fault(
        "MISSING_CLAIM", lambda draft: draft.with_claims(type="match", iss=None, exp=None).signed()
    ),
    "expired": Fault(
        "EXPIRED",
        lambda draft: draft.moved(draft.claims["iat"] - draft.claims["exp"] - 3_600).signed(),
    ),
    "future": Fault("NOT_YET_VALID", lambda draft: draft.moved(3_600).signed()),
    "too-long": Fault(
        "SESSION_TOO_LONG", lambda draft: draft.with_claims(exp=draft.claims["iat"] + _MONTH).signed()
    ),
    "identity-none": Fault(
        "AMBIGUOUS_IDENTITY",
        lambda draft: draft.with_claims(sub="", email=None, common_name=None).signed(),
    ),
    "identity-both": Fault(
        "AMBIGUOUS_IDENTITY", lambda draft: draft.with_claims(common_name=client_id_of("ci")).signed()
    ),
}

# Faults of the headers of a request, which `LocalAccess.headers` makes.
HEADER_FAULTS = {
    "token-missing": "NO_TOKEN",
    "email-other": "IDENTITY_MISMATCH",
    "header-twice": "MALFORMED",
}

STATUSES = {**{name: fault.status for name, fault in TOKEN_FAULTS.items()}, **HEADER_FAULTS}
