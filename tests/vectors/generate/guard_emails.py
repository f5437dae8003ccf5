"""The e-mail that is passed on is the verified one, whatever was sent."""

from __future__ import annotations

from guard_vector import Asked, Guarded, allowed, guard, is_open, opens, refused, route

RULE = "guard/email"
EMAIL = "Cf-Access-Authenticated-User-Email"


def sent(*values: bytes, token: str | None = "user", name: str = EMAIL) -> Asked:
    return Asked(token=token, headers=[(name, value) for value in values])


def vectors() -> list[Guarded]:
    trusting, services = guard(route("trusting")), guard(route("services"))
    return [
        allowed("email-of-person", RULE, "added where there was none", guard(), sent()),
        allowed("email-same", RULE, "the same", guard(), sent(b"user@example.com")),
        allowed("email-other-case", RULE, "as it was verified", guard(), sent(b"USER@example.com")),
        allowed(
            "email-other-name",
            RULE,
            "as it was verified",
            guard(),
            sent(b"user@example.com", name=EMAIL.upper()),
        ),
        allowed("email-accented", RULE, "in UTF-8", guard(), sent(token="accented")),
        allowed(
            "email-accented-same",
            RULE,
            "in UTF-8",
            guard(),
            sent("bj\u00f6rn@example.com".encode(), token="accented"),
        ),
        refused(
            "email-of-another",
            RULE,
            "another person's",
            guard(),
            sent(b"root@example.com"),
            "IDENTITY_MISMATCH",
        ),
        refused(
            "email-twice",
            RULE,
            "twice",
            guard(),
            sent(b"user@example.com", b"root@example.com"),
            "IDENTITY_MISMATCH",
        ),
        allowed("email-ignored", RULE, "replaced", trusting, sent(b"root@example.com")),
        allowed(
            "email-ignored-twice", RULE, "replaced", trusting, sent(b"root@example.com", b"eve@example.com")
        ),
        allowed("email-of-service", RULE, "services have none", services, sent(token="service")),
        allowed("email-of-service-empty", RULE, "services have none", services, sent(b"", token="service")),
        refused(
            "email-of-service-forged",
            RULE,
            "services have none",
            services,
            sent(b"root@example.com", token="service"),
            "IDENTITY_MISMATCH",
        ),
        is_open(
            "email-on-open-path",
            RULE,
            "nobody is known there",
            guard(open_paths=[opens("GET", "/")]),
            sent(b"root@example.com", token=None),
        ),
    ]
