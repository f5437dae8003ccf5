"""Which tokens an entry hits: by its kind, its value and its times."""

from __future__ import annotations

from itertools import permutations

from mint import AUDIENCE, CLIENT_ID, LIFETIME_MAX, OTHER_AUDIENCE, SUBJECT
from revocation_vector import (
    EMAIL,
    EVER,
    ISSUED,
    NONCE,
    NOW,
    OLD_NONCE,
    VALUES,
    Revoked,
    Write,
    entry,
    holder,
)
from vector import config

SERVICES = config(allow_services="any")


def vectors() -> list[Revoked]:
    return [
        *_cut_offs(),
        *_blocks(),
        *_expiries(),
        *_values(),
        *_claims(),
        *_several(),
    ]


def _hit(name: str, rule: str, about: str, writes: list[Write], status: str, **more: object) -> Revoked:
    return Revoked(name, rule, about, writes, status, config=SERVICES, **more)  # type: ignore[arg-type]


def _cut_offs() -> list[Revoked]:
    found = []
    for kind in VALUES:
        for name, cut_off, status in (
            ("before", ISSUED - 1, "OK"),
            ("at", ISSUED, "REVOKED"),
            ("after", ISSUED + 1, "REVOKED"),
            ("always", EVER, "REVOKED"),
        ):
            about = "tokens that were issued up to the cut-off are refused"
            writes = [entry(kind, cut_off=cut_off)]
            rule = "revocation/cut-off"
            found.append(_hit(f"cut-off-{name}-{kind}", rule, about, writes, status, token=holder(kind)))
    return found


def _blocks() -> list[Revoked]:
    rule, found = "revocation/block", []
    for kind in VALUES:
        about = "a block refuses every token until it ends"
        for name, until, status in (
            ("before-its-end", NOW + 1, "BLOCKED"),
            ("at-its-end", NOW, "OK"),
            ("for-ever", EVER, "BLOCKED"),
        ):
            writes = [entry(kind, cut_off=ISSUED - 1, blocked_until=until)]
            found.append(_hit(f"block-{name}-{kind}", rule, about, writes, status, token=holder(kind)))
    about = "after a block the tokens of before it stay refused"
    for name, until, status in (("holds", NOW + 1, "BLOCKED"), ("is-over", NOW, "REVOKED")):
        writes = [entry("email", cut_off=ISSUED, blocked_until=until)]
        found.append(_hit(f"block-that-{name}-with-a-cut-off", rule, about, writes, status, token="person"))
    writes = [entry("email", blocked_until=NOW + 1)]
    found.append(
        _hit("block-without-a-cut-off", rule, "one without the other", writes, "BLOCKED", token="person")
    )
    return found


def _expiries() -> list[Revoked]:
    """However early an entry says that it falls away, it is there for the longest token that it hits."""
    rule, about = (
        "revocation/expiry",
        "an entry does not fall away before the last token that it hits has expired",
    )
    longest = config(max_lifetime=LIFETIME_MAX, leeway=300)
    end = ISSUED + LIFETIME_MAX + 300
    found = []
    for name, now, status in (("last", end - 1, "REVOKED"), ("over", end, "EXPIRED")):
        writes = [entry("email", cut_off=ISSUED, expires_at=NOW)]
        found.append(
            Revoked(f"expiry-{name}", rule, about, writes, status, "longest", now=now, config=longest)
        )
    for name, now, status in (("last", NOW + 59, "BLOCKED"), ("over", NOW + 60, "OK")):
        writes = [entry("email", blocked_until=NOW + 60, expires_at=NOW)]
        found.append(Revoked(f"expiry-of-a-block-{name}", rule, about, writes, status, "person", now=now))
    return found


def _values() -> list[Revoked]:
    """More rather than less must match."""
    rule = "revocation/value"
    cases = {
        "application-upper": (entry("application", AUDIENCE.upper(), NOW), "person", "REVOKED"),
        "application-other": (entry("application", OTHER_AUDIENCE, NOW), "person", "OK"),
        "application-part": (entry("application", AUDIENCE[:-1], NOW), "person", "OK"),
        "subject-upper": (entry("subject", SUBJECT.upper(), NOW), "person", "REVOKED"),
        "subject-upper-in-the-token": (entry("subject", SUBJECT, NOW), "upper case", "REVOKED"),
        "subject-other": (entry("subject", "0" + SUBJECT[1:], NOW), "person", "OK"),
        "subject-that-is-an-email": (entry("subject", EMAIL, NOW), "person", "OK"),
        "email-mixed": (entry("email", "User@Example.COM", NOW), "person", "REVOKED"),
        "email-upper-in-the-token": (entry("email", EMAIL, NOW), "upper case", "REVOKED"),
        "email-accented": (entry("email", "BJ\u00d6RN@example.com", NOW), "accented", "REVOKED"),
        "email-without-the-accent": (entry("email", "bjorn@example.com", NOW), "accented", "OK"),
        "email-sharp-s": (entry("email", "strasse@example.com", NOW), "sharp s", "REVOKED"),
        "email-sharp-s-in-the-entry": (entry("email", "Stra\u00dfe@Example.com", NOW), "sharp s", "REVOKED"),
        "email-final-sigma": (entry("email", "\u03c3\u03c3@example.com", NOW), "final sigma", "REVOKED"),
        "email-other": (entry("email", "user@example.org", NOW), "person", "OK"),
        "email-white-space-around": (entry("email", " user@example.com\n", NOW), "person", "REVOKED"),
        "service-upper": (entry("service", CLIENT_ID.upper(), NOW), "service", "REVOKED"),
        "service-other": (entry("service", "f" * 32 + ".access", NOW), "service", "OK"),
        "session-exact": (entry("session", NONCE, EVER), "person", "REVOKED"),
        "session-other-case": (entry("session", NONCE.lower(), EVER), "person", "OK"),
        "session-white-space-around": (entry("session", f"\t{NONCE} ", EVER), "person", "REVOKED"),
    }
    about = "values are compared without regard to case, sessions exactly"
    return [
        _hit(f"value-{name}", rule, about, [write], status, token=token)
        for name, (write, token, status) in cases.items()
    ]


def _claims() -> list[Revoked]:
    """Which claim a kind is compared with."""
    rule = "revocation/claim"
    cases = {
        "any-audience": (entry("application", OTHER_AUDIENCE, NOW), "two applications", "REVOKED"),
        "first-audience": (entry("application", AUDIENCE, NOW), "two applications", "REVOKED"),
        "nonce": (entry("session", OLD_NONCE, EVER), "older shape", "REVOKED"),
        "identity-nonce-first": (entry("session", NONCE, EVER), "both nonces", "REVOKED"),
        "nonce-beside-an-identity-nonce": (entry("session", OLD_NONCE, EVER), "both nonces", "OK"),
        "no-session": (entry("session", NONCE, EVER), "no session", "OK"),
        "email-of-a-service": (entry("email", EMAIL, NOW), "service", "OK"),
        "subject-of-a-service": (entry("subject", SUBJECT, NOW), "service", "OK"),
        "team-of-a-service": (entry("team", cut_off=NOW), "service", "REVOKED"),
        "application-of-a-service": (entry("application", cut_off=NOW), "service", "REVOKED"),
        "service-of-a-person": (entry("service", CLIENT_ID, NOW), "person", "OK"),
    }
    about = "each kind is compared with a claim of its own, and applications with every audience"
    return [
        _hit(f"claim-{name}", rule, about, [write], status, token=token)
        for name, (write, token, status) in cases.items()
    ]


def _several() -> list[Revoked]:
    """Each kind is asked by itself: none takes away from another."""
    found = []
    sets = {
        "older-and-newer": (
            [entry("email", cut_off=ISSUED - 9), entry("subject", cut_off=ISSUED + 9)],
            "REVOKED",
        ),
        "newer-and-older": (
            [entry("team", cut_off=ISSUED + 9), entry("application", cut_off=ISSUED - 9)],
            "REVOKED",
        ),
        "all-older": (
            [
                entry("team", cut_off=ISSUED - 1),
                entry("email", cut_off=ISSUED - 2),
                entry("session", cut_off=ISSUED - 3),
            ],
            "OK",
        ),
        "one-of-three": (
            [
                entry("team", cut_off=ISSUED - 1),
                entry("email", cut_off=ISSUED),
                entry("session", cut_off=ISSUED - 3),
            ],
            "REVOKED",
        ),
        "revoked-before-blocked": (
            [entry("team", cut_off=NOW), entry("email", blocked_until=EVER)],
            "REVOKED",
        ),
        "blocked-before-revoked": (
            [entry("email", blocked_until=EVER), entry("session", cut_off=EVER)],
            "BLOCKED",
        ),
        "over-and-revoked": (
            [
                entry("team", cut_off=NOW, expires_at=NOW),
                entry("email", cut_off=NOW),
                entry("session", cut_off=ISSUED - 1),
            ],
            "REVOKED",
        ),
        "the-same-twice": ([entry("email", cut_off=ISSUED), entry("email", cut_off=ISSUED - 9)], "REVOKED"),
        "the-same-twice-blocked": (
            [entry("email", blocked_until=NOW + 9), entry("email", blocked_until=NOW - 9)],
            "BLOCKED",
        ),
    }
    about = "the first kind that is hit names the refusal, whatever was written first"
    for name, (writes, status) in sets.items():
        for number, order in enumerate(permutations(writes)):
            found.append(
                _hit(
                    f"several-{name}-{number}",
                    "revocation/several",
                    about,
                    list(order),
                    status,
                    token="person",
                )
            )
    return found
