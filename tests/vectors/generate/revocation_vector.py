"""What a vector of revocations is: what was written, a token, and its verdict."""

from __future__ import annotations

from dataclasses import dataclass, field

from mint import (
    AUDIENCE,
    CLIENT_ID,
    LIFETIME_MAX,
    OTHER_AUDIENCE,
    SUBJECT,
    Object,
    older,
    person,
    service,
    token,
)
from segments import encode

# Entries fall away by the clock of the store, so what the vectors write must last: all times are in 2100, but
# those of one token that was issued before any test ran.
NOW = 4_102_444_800
BEFORE = 1_767_225_600
ISSUED = NOW - 3_600
FAR = NOW + LIFETIME_MAX
EVER = 2**53 - 1

EMAIL, NONCE, OLD_NONCE = "user@example.com", "6ei69kawdKzMIAPF", "1d8082644c9d48ae90ac4c1a5a6f5b4b"

_times: Object = {"iat": ISSUED, "nbf": ISSUED, "exp": NOW + 3_600}
_no_start: Object = {"iat": ISSUED, "exp": NOW + 3_600}

# What the tokens of the vectors say, by name.
PAYLOADS: dict[str, Object] = {
    "person": person(**_times, identity_nonce=NONCE),
    "accented": person(**_times, email="Bj\u00d6rn@Example.com", identity_nonce=NONCE),
    "sharp s": person(**_times, email="stra\u00dfe@example.com", identity_nonce=NONCE),
    "final sigma": person(**_times, email="\u03a3\u03c2@example.com", identity_nonce=NONCE),
    "longest": person(**{**_times, "exp": ISSUED + LIFETIME_MAX}, identity_nonce=NONCE),
    "upper case": person(**_times, sub=SUBJECT.upper(), email=EMAIL.upper(), identity_nonce=NONCE),
    "two applications": person(**_times, aud=[AUDIENCE, OTHER_AUDIENCE], identity_nonce=NONCE),
    "no session": {
        name: value for name, value in person(**_times).items() if name not in ("identity_nonce", "nonce")
    },
    "older shape": older(**_no_start, nonce=OLD_NONCE),
    "both nonces": person(**_times, identity_nonce=NONCE, nonce=OLD_NONCE),
    "service": service(**_no_start),
    "expired": person(**{**_times, "exp": NOW - 3_000}, identity_nonce=NONCE),
    "other application": person(**_times, aud=[OTHER_AUDIENCE], identity_nonce=NONCE),
    "before": person(iat=BEFORE - 60, nbf=BEFORE - 60, exp=BEFORE + 3_600, identity_nonce=NONCE),
}
TOKENS = {name: token(payload=payload) for name, payload in PAYLOADS.items()}

# The value of each kind for the token that is named.
VALUES = {
    "team": "",
    "application": AUDIENCE,
    "subject": SUBJECT,
    "email": EMAIL,
    "service": CLIENT_ID,
    "session": NONCE,
}


def holder(kind: str) -> str:
    """A token that has a value of this kind."""
    return "service" if kind == "service" else "person"


@dataclass(frozen=True)
class Write:
    """`revoke`, `block` and `lift` with their options, or `import` with what an entry says."""

    action: str
    kind: str
    value: str
    options: Object = field(default_factory=dict)

    def members(self) -> Object:
        return {"action": self.action, "kind": self.kind, "value": self.value, **self.options}


@dataclass(frozen=True)
class Revoked:
    """A vector; without a token it is the last write that has the status, or the verifier."""

    name: str
    rule: str
    about: str
    writes: list[Write]
    status: str
    token: str | None = None
    headers: list[tuple[str, bytes]] = field(default_factory=list)
    now: int | None = None
    config: Object | None = None
    team: str | None = None

    def members(self) -> Object:
        optional: Object = {
            "config": self.config,
            "now": self.now,
            "team": self.team,
            "token": self.token,
            "headers": [[name, encode(value)] for name, value in self.headers] or None,
        }
        return {
            "name": self.name,
            "rule": self.rule,
            "about": self.about,
            **{name: value for name, value in optional.items() if value is not None},
            "writes": [write.members() for write in self.writes],
            "status": self.status,
        }


def entry(
    kind: str,
    value: str | None = None,
    cut_off: int | None = None,
    blocked_until: int | None = None,
    expires_at: int = FAR,
) -> Write:
    """An entry as it stands in another store."""
    terms: Object = {"not_issued_after": cut_off, "blocked_until": blocked_until, "expires_at": expires_at}
    return Write("import", kind, VALUES[kind] if value is None else value, terms)


def revoke(kind: str, value: str | None = None, **options: object) -> Write:
    return Write("revoke", kind, VALUES[kind] if value is None else value, options)


def block(kind: str, value: str | None = None, **options: object) -> Write:
    return Write("block", kind, VALUES[kind] if value is None else value, options)


def lift(kind: str, value: str | None = None) -> Write:
    return Write("lift", kind, VALUES[kind] if value is None else value)
