"""What a write changes, what is refused to be written, and which of two refusals is named."""

from __future__ import annotations

from mint import Object
from revocation_vector import (
    BEFORE,
    EMAIL,
    EVER,
    ISSUED,
    NOW,
    VALUES,
    Revoked,
    Write,
    block,
    entry,
    holder,
    lift,
    revoke,
)
from vector import config

SERVICES = config(allow_services="any")
MISMATCH = ("Cf-Access-Authenticated-User-Email", b"admin@example.com")
MATCH = ("Cf-Access-Authenticated-User-Email", b"user@example.com")


def vectors() -> list[Revoked]:
    return [*_writes(), *_refused(), *_order(), *_teams()]


def _writes() -> list[Revoked]:
    """Between the token `before` and all others lies the moment at which the test runs."""
    rule = "revocation/write"
    found = []
    for kind in VALUES:
        about = "a revocation refuses what was issued until now, and a session always"
        if kind != "service":
            found.append(
                Revoked(f"revoke-{kind}-before", rule, about, [revoke(kind)], "REVOKED", "before", now=BEFORE)
            )
        if kind != "session":
            found.append(
                Revoked(
                    f"revoke-{kind}-later", rule, about, [revoke(kind)], "OK", holder(kind), config=SERVICES
                )
            )
        about = "a block for ever refuses what will be issued, too"
        found.append(
            Revoked(
                f"block-{kind}-later",
                rule,
                about,
                [block(kind, until=EVER)],
                "BLOCKED",
                holder(kind),
                config=SERVICES,
            )
        )
        about = "a lifted block leaves the tokens of before it refused"
        writes = [block(kind), lift(kind)]
        if kind not in ("service", "session"):
            found.append(Revoked(f"lift-block-{kind}-later", rule, about, writes, "OK", holder(kind)))
        if kind != "service":
            found.append(
                Revoked(f"lift-block-{kind}-before", rule, about, writes, "REVOKED", "before", now=BEFORE)
            )
            about = "what is lifted without a block is good again"
            writes = [revoke(kind), lift(kind)]
            found.append(Revoked(f"lift-{kind}", rule, about, writes, "OK", "before", now=BEFORE))
            writes = [block(kind), lift(kind), lift(kind)]
            found.append(Revoked(f"lift-twice-{kind}", rule, about, writes, "OK", "before", now=BEFORE))
    cases: dict[str, tuple[str, list[Write], str]] = {
        "again-older": (
            "writing again only raises",
            [entry("email", cut_off=ISSUED), entry("email", cut_off=1)],
            "REVOKED",
        ),
        "again-newer": (
            "writing again raises",
            [entry("email", cut_off=1), entry("email", cut_off=ISSUED)],
            "REVOKED",
        ),
        "revoke-in-a-block": (
            "a revocation does not end a block",
            [entry("email", blocked_until=EVER), revoke("email")],
            "BLOCKED",
        ),
        "block-keeps-a-cut-off": (
            "a block does not lower a cut-off",
            [entry("email", cut_off=ISSUED), block("email"), lift("email")],
            "REVOKED",
        ),
        "lift-again": (
            "what was lifted can be revoked again",
            [entry("email", cut_off=ISSUED), lift("email"), entry("email", cut_off=ISSUED)],
            "REVOKED",
        ),
        "lift-older": (
            "what was lifted is not remembered",
            [entry("email", cut_off=ISSUED), lift("email"), entry("email", cut_off=ISSUED - 1)],
            "OK",
        ),
        "lift-nothing": ("lifting what is not there has no effect", [lift("email")], "OK"),
        "lift-another": (
            "one kind is lifted, not another",
            [entry("email", cut_off=ISSUED), lift("subject"), lift("team")],
            "REVOKED",
        ),
        "lift-in-other-case": (
            "values are folded in all writes",
            [entry("email", cut_off=ISSUED), lift("email", "USER@example.com")],
            "OK",
        ),
        "nothing": ("nothing is revoked", [], "OK"),
    }
    return found + [
        Revoked(f"write-{name}", rule, about, writes, status, "person")
        for name, (about, writes, status) in cases.items()
    ]


def _refused() -> list[Revoked]:
    rule, about = "revocation/refused", "what no token can have, or nobody can mean, is not written"
    cases: dict[str, Write] = {
        "email-with-white-space": revoke("email", "user @example.com"),
        "email-of-white-space": revoke("email", " \t"),
        "email-with-a-control-character": revoke("email", "user\x07@example.com"),
        "email-with-a-format-character": revoke("email", "user\u200b@example.com"),
        "email-too-long": revoke("email", "a" * 501 + "@example.com"),
        "cut-off-in-the-future": revoke("email", at=NOW),
        "margin-too-long": revoke("email", margin=301),
        "margin-below-0": revoke("email", margin=-1),
        "block-until-the-past": block("email", until=1_000_000_000),
        **{f"{kind}-empty": revoke(kind, "") for kind in VALUES if kind != "team"},
        **{
            f"{kind}-too-long": revoke(kind, "x" * 513)
            for kind in ("application", "subject", "service", "session")
        },
        **{
            f"{kind}-in-two-lines": revoke(kind, "a\nb")
            for kind in ("application", "subject", "service", "session")
        },
        "block-of-nothing": block("service", ""),
        "lift-of-nothing": lift("session", ""),
        "import-of-nothing": entry("subject", "", NOW),
        "import-of-a-value-of-the-team": entry("team", "acme", NOW),
        "import-of-an-unknown-kind": Write("import", "user", EMAIL, {"expires_at": NOW}),
        "import-without-an-end": Write("import", "email", EMAIL, {"not_issued_after": NOW}),
        "import-beyond-every-time": entry("email", cut_off=EVER + 1),
    }
    return [
        Revoked(f"refused-{name}", rule, about, [write], "INVALID_ARGUMENT") for name, write in cases.items()
    ]


def _order() -> list[Revoked]:
    """Revocations are checked after every other rule, and before the e-mail header."""
    rule, about = "revocation/order", "every other refusal comes first, but that of the e-mail header"
    gone, barred = entry("email", cut_off=EVER), entry("email", blocked_until=EVER)
    cases: dict[str, tuple[Write, str, list[tuple[str, bytes]], str, Object | None]] = {
        "expired": (gone, "expired", [], "EXPIRED", None),
        "other-application": (gone, "other application", [], "WRONG_AUDIENCE", None),
        "application-not-configured-here": (
            entry("application", cut_off=EVER),
            "other application",
            [],
            "WRONG_AUDIENCE",
            None,
        ),
        "too-old": (gone, "person", [], "SESSION_TOO_OLD", config(max_age=60)),
        "service-not-allowed": (entry("service", cut_off=EVER), "service", [], "SERVICE_NOT_ALLOWED", None),
        "mismatch": (gone, "person", [MISMATCH], "REVOKED", None),
        "mismatch-blocked": (barred, "person", [MISMATCH], "BLOCKED", None),
        "mismatch-only": (entry("email", cut_off=1), "person", [MISMATCH], "IDENTITY_MISMATCH", None),
        "match": (entry("email", cut_off=1), "person", [MATCH], "OK", None),
        "expired-mismatch": (gone, "expired", [MISMATCH], "EXPIRED", None),
    }
    return [
        Revoked(f"order-{name}", rule, about, [write], status, token, headers, config=used)
        for name, (write, token, headers, status, used) in cases.items()
    ]


def _teams() -> list[Revoked]:
    rule = "revocation/team"
    return [
        Revoked(
            "team-other",
            rule,
            "revocations of another team are none of this one",
            [],
            "INVALID_CONFIG",
            team="other",
        ),
        Revoked(
            "team-fed",
            rule,
            "nor are those of its name elsewhere",
            [],
            "INVALID_CONFIG",
            team="acme.fed.cloudflareaccess.com",
        ),
        Revoked(
            "team-by-its-url",
            rule,
            "one team by two of its names",
            [entry("team", cut_off=NOW)],
            "REVOKED",
            "person",
            team="https://acme.cloudflareaccess.com/",
        ),
    ]
