"""Judges the vectors of revocations by an implementation of its own."""

from __future__ import annotations

import json
import unicodedata

from mint import AUDIENCE, LIFETIME_MAX, Object, decode
from revocation_vector import EVER, NOW, PAYLOADS, TOKENS, VALUES, Revoked, Write

# The clock of those who run the vectors may stand anywhere between these.
CLOCKS = (1_767_229_201, 1_796_000_000, 4_000_000_000)
LEEWAY, MARGIN = 30, 2
AGE_MAX = LIFETIME_MAX + 300

TEAM_NAMES = (None, "acme", "acme.cloudflareaccess.com", "https://acme.cloudflareaccess.com/")

Terms = tuple[int, int, int]
"""Cut-off, end of the block (each -1 for none), and expiry."""


def faults(vectors: list[Revoked]) -> list[str]:
    """What is wrong with the vectors, one line each."""
    found = [
        f"{vector.name}: {judged} instead of {vector.status}"
        for vector in vectors
        for judged in sorted({judge(vector, clock) for clock in CLOCKS})
        if judged != vector.status
    ]
    for name, carried in TOKENS.items():
        if json.loads(decode(carried.split(b".")[1])) != PAYLOADS[name]:
            found.append(f"token {name}: it does not say what it should")
    return found


def judge(vector: Revoked, clock: int) -> str:
    if vector.team not in TEAM_NAMES:
        return "INVALID_CONFIG"
    store: dict[tuple[str, str], Terms] = {}
    for write in vector.writes:
        key = (write.kind, folded(write.kind, write.value))
        if not is_sane(write, clock):
            return "INVALID_ARGUMENT"
        store[key] = written(write, store.get(key), clock)
    return "OK" if vector.token is None else verdict(vector, store)


def folded(kind: str, value: str) -> str:
    value = value.strip()
    if kind == "session":
        return value
    if kind == "email":
        return value.lower().upper().lower()
    return "".join(c.lower() if c.isascii() else c for c in value)


def is_sane(write: Write, clock: int) -> bool:
    value = write.value.strip()
    length = len(value.encode())
    if write.kind not in VALUES or (length > 0) == (write.kind == "team") or length > 512:
        return False
    if any(unicodedata.category(c) in ("Cc", "Cf") for c in value):
        return False
    if write.kind == "email" and any(map(str.isspace, value)):
        return False

    def number(name: str, otherwise: int) -> int:
        return int(str(write.options.get(name, otherwise)))

    if write.action == "import":
        times = [time for time in write.options.values() if time is not None]
        return write.options.get("expires_at") is not None and all(0 <= int(str(t)) <= EVER for t in times)
    if not 0 <= number("margin", MARGIN) <= 300 or number("at", 0) > clock + number("margin", MARGIN):
        return False
    return number("until", EVER) > clock


def written(write: Write, before: Terms | None, clock: int) -> Terms:
    def given(name: str) -> int:
        value = write.options.get(name)
        return -1 if value is None else int(str(value))

    if write.action == "lift":
        if before is not None and before[1] > clock:
            return (before[0], -1, before[2])
        return (-1, -1, clock + 86_400)
    if write.action == "import":
        cut_off, until = given("not_issued_after"), given("blocked_until")
        last = clock + LIFETIME_MAX if cut_off == EVER else cut_off
        after = (cut_off, until, max(given("expires_at"), until, last + AGE_MAX if last >= 0 else 0))
    else:
        cut_off = given("at") if given("at") >= 0 else clock + MARGIN
        last = cut_off
        if write.kind == "session":
            cut_off, last = EVER, clock + LIFETIME_MAX
        expires_at = last + AGE_MAX
        until = -1
        if write.action == "block":
            until = given("until") if given("until") >= 0 else EVER
            expires_at = max(expires_at, until)
        after = (cut_off, until, expires_at)
    if before is None:
        return after
    return (max(before[0], after[0]), max(before[1], after[1]), max(before[2], after[2]))


def verdict(vector: Revoked, store: dict[tuple[str, str], Terms]) -> str:
    claims = PAYLOADS[str(vector.token)]
    config = vector.config or {}
    now = NOW if vector.now is None else vector.now
    issued = int(str(claims["iat"]))
    audiences = claims["aud"]
    assert isinstance(audiences, list)
    if AUDIENCE not in audiences:
        return "WRONG_AUDIENCE"
    if now >= int(str(claims["exp"])) + int(str(config.get("leeway", LEEWAY))):
        return "EXPIRED"
    if "max_age" in config and now - issued > int(str(config["max_age"])):
        return "SESSION_TOO_OLD"
    if "common_name" in claims and config.get("allow_services") != "any":
        return "SERVICE_NOT_ALLOWED"
    for kind, value in values_of(claims):
        cut_off, until, expires_at = store.get((kind, folded(kind, value)), (-1, -1, 0))
        if now >= expires_at:
            continue
        if now < until:
            return "BLOCKED"
        if issued <= cut_off:
            return "REVOKED"
    for _, email in vector.headers:
        if email.decode().lower() != str(claims["email"]).lower():
            return "IDENTITY_MISMATCH"
    return "OK"


def values_of(claims: Object) -> list[tuple[str, str]]:
    """What a token can be revoked by, in the order in which it is asked."""
    audiences = claims["aud"]
    assert isinstance(audiences, list)
    values = [("team", ""), *(("application", str(audience)) for audience in audiences)]
    session = claims.get("identity_nonce") or claims.get("nonce")
    named = {"subject": claims.get("sub"), "email": claims.get("email"), "service": claims.get("common_name")}
    return values + [(kind, str(value)) for kind, value in {**named, "session": session}.items() if value]
