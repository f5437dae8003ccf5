"""When: the very second at which a token begins and ends, and how long it may live."""

from __future__ import annotations

from mint import LIFETIME, LIFETIME_MAX, NOW, person, token
from vector import PERSON, Token, config

from keys import DROP, STRANGER

LAST = 2**53 - 1


def vectors() -> list[Token]:
    return [*_boundaries(), *_clock(), *_lifetime()]


def _boundaries() -> list[Token]:
    """The very second at which a token begins and ends, with every leeway."""
    found = []
    exp = NOW + 600
    for name, leeway, used in (
        ("default", 30, None),
        ("0", 0, config(leeway=0)),
        ("30", 30, config(leeway=30)),
        ("300", 300, config(leeway=300)),
    ):
        short = token(payload=person(exp=exp))
        start, early = token(payload=person(nbf=NOW + leeway)), token(payload=person(nbf=NOW + leeway + 1))
        issued = token(payload=person(nbf=DROP, iat=NOW + leeway))
        ahead = token(payload=person(nbf=DROP, iat=NOW + leeway + 1))
        about = f"leeway {name}: "
        found += [
            Token(
                f"expiry-leeway-{name}-last-second",
                "policy/expiry",
                about + "the last good second",
                short,
                "OK",
                PERSON,
                used,
                now=exp + leeway - 1,
            ),
            Token(
                f"expiry-leeway-{name}-over",
                "policy/expiry",
                about + "the second after",
                short,
                "EXPIRED",
                config=used,
                now=exp + leeway,
            ),
            Token(
                f"nbf-leeway-{name}-first-second",
                "policy/not-before",
                about + "the first good second",
                start,
                "OK",
                PERSON,
                used,
            ),
            Token(
                f"nbf-leeway-{name}-early",
                "policy/not-before",
                about + "the second before",
                early,
                "NOT_YET_VALID",
                config=used,
            ),
            Token(
                f"iat-leeway-{name}-first-second",
                "policy/not-before",
                about + "issued as far ahead as allowed",
                issued,
                "OK",
                PERSON,
                used,
            ),
            Token(
                f"iat-leeway-{name}-early",
                "policy/not-before",
                about + "issued one second further ahead",
                ahead,
                "NOT_YET_VALID",
                config=used,
            ),
        ]
    return found


def _clock() -> list[Token]:
    old = token(payload=person(iat=0, nbf=DROP, exp=60))
    far = token(payload=person(iat=LAST - 60, nbf=LAST - 60, exp=LAST))
    endless = token(payload=person(exp=LAST))
    refused = [(-1, "before"), (-(2**63), "long-before"), (2**53, "beyond"), (2**63 - 1, "far-beyond")]
    return [
        Token("expired-day", "policy/expiry", "a day late", token(), "EXPIRED", now=NOW + 2 * 86400),
        Token(
            "expired-long-ago",
            "policy/expiry",
            "from the first second of time",
            token(payload=person(iat=0, nbf=0, exp=1)),
            "EXPIRED",
        ),
        Token(
            "not-before-tomorrow",
            "policy/not-before",
            "a day early",
            token(),
            "NOT_YET_VALID",
            now=NOW - 86400,
        ),
        Token(
            "nbf-after-iat",
            "policy/not-before",
            "issued, and not yet started",
            token(payload=person(nbf=NOW + 3600)),
            "NOT_YET_VALID",
        ),
        Token(
            "iat-after-nbf",
            "policy/not-before",
            "started, and issued in the future",
            token(payload=person(iat=NOW + 3600)),
            "NOT_YET_VALID",
        ),
        Token(
            "clock-zero",
            "policy/clock",
            "a clock at zero",
            old,
            "OK",
            {**PERSON, "issued_at": 0, "expires_at": 60},
            now=0,
        ),
        Token(
            "clock-zero-future-token",
            "policy/clock",
            "a clock that was never set",
            token(),
            "NOT_YET_VALID",
            now=0,
        ),
        Token(
            "clock-at-the-end",
            "policy/clock",
            "the last seconds that can be represented",
            far,
            "OK",
            {**PERSON, "expires_at": LAST},
            now=LAST,
        ),
        Token(
            "clock-at-the-end-largest-leeway",
            "policy/clock",
            "no overflow with leeway",
            far,
            "OK",
            PERSON,
            config(leeway=300),
            now=LAST,
        ),
        Token(
            "clock-at-the-end-no-leeway",
            "policy/clock",
            "expiry in the last second",
            far,
            "EXPIRED",
            config=config(leeway=0),
            now=LAST,
        ),
        Token(
            "exp-latest",
            "policy/lifetime",
            "the latest expiry that can be represented",
            endless,
            "SESSION_TOO_LONG",
        ),
        *(
            Token(
                f"clock-{name}",
                "policy/clock",
                f"a time of {now} is no time",
                token(),
                "INVALID_ARGUMENT",
                now=now,
            )
            for now, name in refused
        ),
        Token(
            "clock-before-everything",
            "policy/clock",
            "the argument is wrong, whatever the token",
            token(key=STRANGER),
            "INVALID_ARGUMENT",
            now=-1,
            signer=STRANGER,
        ),
    ]


def _lifetime() -> list[Token]:
    def lasting(name: str, seconds: int, status: str, limit: int | None = None, leeway: int = 30) -> Token:
        value = token(payload=person(iat=NOW, nbf=NOW, exp=NOW + seconds))
        used = None if limit is None else config(max_lifetime=limit, leeway=leeway)
        claims = PERSON if status == "OK" else None
        return Token(
            f"lifetime-{name}",
            "policy/lifetime",
            f"a session of {seconds} seconds",
            value,
            status,
            claims,
            used,
        )

    return [
        lasting("month-and-second", 2_628_001, "OK"),
        lasting("longest-by-default", LIFETIME, "OK"),
        lasting("over-default", LIFETIME + 1, "SESSION_TOO_LONG"),
        lasting("year", 365 * 86400, "SESSION_TOO_LONG"),
        lasting("year-of-year", 365 * 86400, "OK", 365 * 86400),
        lasting("longest-configured", LIFETIME_MAX, "OK", LIFETIME_MAX),
        lasting("over-longest-configured", LIFETIME_MAX + 1, "SESSION_TOO_LONG", LIFETIME_MAX),
        lasting("day-of-day", 86400, "OK", 86400),
        lasting("over-day", 86401, "SESSION_TOO_LONG", 86400),
        lasting("over-day-with-leeway", 86401, "SESSION_TOO_LONG", 86400, 300),
        lasting("over-day-without-leeway", 86401, "SESSION_TOO_LONG", 86400, 0),
        lasting("second-of-second", 1, "OK", 1),
        lasting("two-seconds-of-second", 2, "SESSION_TOO_LONG", 1),
        lasting("month-of-month", 2_628_000, "OK", 2_628_000),
    ]
