"""How long ago the login may be, and when an application's own session should end."""

from __future__ import annotations

from carried import SERVICE_TOKEN, USER_TOKEN, Headers, assertion, cookie
from mint import LIFETIME_MAX, NOW, Object, older, person, service, token
from vector import Request, config

RULE = "policy/age"
ISSUED = NOW - 60
EXPIRES = NOW + 86340


def vectors() -> list[Request]:
    return [*_boundaries(), *_never_late(), *_other_times(), *_ends()]


def _at(
    name: str,
    about: str,
    read: bytes,
    used: Object,
    now: int,
    ends_at: int | None,
    headers: Headers | None = None,
) -> Request:
    """Accepted with this end, or too old if there is none."""
    headers = [assertion(read)] if headers is None else headers
    if ends_at is None:
        return Request(f"age-{name}", RULE, about, headers, "SESSION_TOO_OLD", None, used, now, read)
    return Request(f"age-{name}", RULE, about, headers, "OK", {"ends_at": ends_at}, used, now, read)


def _boundaries() -> list[Request]:
    """The very second at which a login is too long ago; the leeway does not count."""
    found = []
    for age in (1, 60, 3600, 86398):
        for leeway in (0, 30, 300):
            used, last = config(max_age=age, leeway=leeway), ISSUED + age
            name, about = f"{age}-leeway-{leeway}", f"at most {age} s, leeway {leeway} s: "
            found += [
                _at(f"{name}-last-second", about + "the last good second", USER_TOKEN, used, last, last),
                _at(f"{name}-over", about + "the second after", USER_TOKEN, used, last + 1, None),
            ]
    return found


def _never_late() -> list[Request]:
    year = token(payload=person(exp=ISSUED + LIFETIME_MAX))
    longest = config(max_age=LIFETIME_MAX, max_lifetime=LIFETIME_MAX)
    return [
        _at("off", "no longest age unless configured", USER_TOKEN, config(), EXPIRES - 1, EXPIRES),
        _at(
            "longest",
            "a leap year, as long as any token lives",
            year,
            longest,
            ISSUED + LIFETIME_MAX,
            ISSUED + LIFETIME_MAX,
        ),
        _at(
            "longest-into-leeway",
            "one second into the leeway, which the age has not",
            year,
            longest,
            ISSUED + LIFETIME_MAX + 1,
            None,
        ),
        _at("of-login", "at the second of the login", USER_TOKEN, config(max_age=1), ISSUED, ISSUED + 1),
        _at(
            "before-login",
            "a clock behind: no age at all",
            USER_TOKEN,
            config(max_age=1),
            ISSUED - 30,
            ISSUED + 1,
        ),
    ]


def _other_times() -> list[Request]:
    """The age is counted from `iat`, whatever else the token says."""
    used = config(max_age=60)
    late_start = token(payload=person(iat=ISSUED - 1, nbf=NOW))
    no_start = token(payload=older())
    no_start_old = token(payload=older(iat=ISSUED - 1))
    any_service = config(max_age=60, allow_services="any")
    cookie_too = config(max_age=60, accept_cookie=True)
    aged_service = token(payload=service(iat=ISSUED - 1))
    return [
        _at("nbf-later", "a start after the login does not make it younger", late_start, used, NOW, None),
        _at("older-shape", "the older shape", no_start, used, NOW, NOW),
        _at("older-shape-over", "the older shape", no_start_old, used, NOW, None),
        _at("service", "a service", SERVICE_TOKEN, any_service, NOW, NOW),
        _at("service-over", "a service", aged_service, any_service, NOW, None),
        _at("cookie", "the cookie", USER_TOKEN, cookie_too, NOW, NOW, [cookie(USER_TOKEN)]),
        _at("cookie-over", "the cookie", USER_TOKEN, cookie_too, NOW + 1, None, [cookie(USER_TOKEN)]),
    ]


def _ends() -> list[Request]:
    def ends(name: str, about: str, read: bytes, used: Object, ends_at: int) -> Request:
        claims: Object = {"ends_at": ends_at, "issued_at": ISSUED}
        return Request(
            f"ends-{name}", "claims/ends_at", about, [assertion(read)], "OK", claims, used, read=read
        )

    short = token(payload=person(exp=ISSUED + 90))
    return [
        ends("with-token", "the token's end", USER_TOKEN, config(), EXPIRES),
        ends("with-age", "the age's end, which is earlier", USER_TOKEN, config(max_age=3600), ISSUED + 3600),
        ends("age-later", "the token's end, which is earlier", short, config(max_age=3600), ISSUED + 90),
        ends("both", "both ends at once", short, config(max_age=90), ISSUED + 90),
        ends("age-one-second-before", "one second before the token", short, config(max_age=89), ISSUED + 89),
        ends("age-one-second-behind", "one second after the token", short, config(max_age=91), ISSUED + 90),
        ends(
            "lifetime", "the longest lifetime ends nothing", USER_TOKEN, config(max_lifetime=86400), EXPIRES
        ),
        ends("leeway", "the leeway prolongs nothing", USER_TOKEN, config(leeway=300), EXPIRES),
        ends(
            "age-and-leeway",
            "the leeway prolongs nothing",
            USER_TOKEN,
            config(leeway=300, max_age=3600),
            ISSUED + 3600,
        ),
    ]
