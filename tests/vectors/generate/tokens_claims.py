"""Claim by claim: each of its type and within its bounds."""

from __future__ import annotations

from mint import AUDIENCE, CLIENT_ID, ISSUER, NOW, Object, Raw, person, service, token
from vector import PERSON, SERVICE, Token, config

from keys import DROP

CONTROLS = {"nul": "\0", "line-feed": "\n", "delete": "\x7f", "next-line": "\x85"}


def vectors() -> list[Token]:
    return [*_types(), *_times(), *_controls(), *_audiences(), *_policy_id()]


def invalid(name: str, rule: str, about: str, payload: Object | bytes) -> Token:
    return Token(name, rule, about, token(payload=payload), "INVALID_CLAIM")


def _types() -> list[Token]:
    wrong: dict[str, object] = {"null": None, "number": 5, "true": True, "object": {}, "array": []}
    nested: dict[str, dict[str, object]] = {
        "aud": {
            "number": 5,
            "true": True,
            "object": {},
            "null": None,
            "nested": [[AUDIENCE]],
            "number-after": [AUDIENCE, 5],
            "number-before": [5, AUDIENCE],
            "null-after": [AUDIENCE, None],
            "object-after": [AUDIENCE, {}],
            "object-of-good": {"a": AUDIENCE},
        },
        "iss": {**wrong, "array-of-good": [ISSUER], "object-of-good": {"iss": ISSUER}},
        "type": {**wrong, "array-of-good": ["app"]},
        "sub": wrong,
        "email": {**wrong, "array-of-good": ["user@example.com"]},
        "common_name": {**wrong, "array-of-good": [CLIENT_ID]},
        "country": {name: value for name, value in wrong.items() if name != "null"},
        "identity_nonce": {name: value for name, value in wrong.items() if name != "null"},
        "nonce": {name: value for name, value in wrong.items() if name != "null"},
        "policy_id": {name: value for name, value in wrong.items() if name != "null"},
        "custom": {
            "string": "x",
            "number": 5,
            "true": True,
            "array": [],
            "array-of-object": [{}],
            "empty-string": "",
        },
    }
    return [
        invalid(
            f"{claim.replace('_', '-')}-is-{name}",
            f"claims/{claim}",
            f"{claim} of another type",
            _with(claim, value),
        )
        for claim, values in nested.items()
        for name, value in values.items()
    ]


def _with(claim: str, value: object) -> Object:
    return service(common_name=value) if claim == "common_name" else person(**{claim: value})


def _times() -> list[Token]:
    near = NOW + 60
    values: dict[str, object] = {
        "null": None,
        "string": str(near),
        "empty-string": "",
        "true": True,
        "array": [near],
        "object": {},
        "fraction": Raw(f"{near}.5"),
        "point-zero": Raw(f"{near}.0"),
        "exponent": Raw("1767225660e0"),
        "short-exponent": Raw("2e9"),
        "capital-exponent": Raw("2E9"),
        "minus-one": -1,
        "minus-zero": Raw("-0"),
        "minus-half": Raw("-0.5"),
        "minus-zero-point-zero": Raw("-0.0"),
        "beyond-range": 2**53,
        "beyond-range-by-two": 2**53 + 1,
        "beyond-i64": 2**63,
        "largest-i64": 2**63 - 1,
        "smallest-i64": -(2**63),
        "largest-u64": 2**64 - 1,
        "beyond-u64": 10**20,
        "wrapped": 2**64 + near,
        "wrapped-32": 2**96 + near,
        "huge": Raw("1e300"),
        "date": "2026-01-01T00:00:00Z",
    }
    found = [
        invalid(
            f"{claim}-is-{name}",
            f"claims/{claim}",
            f"{claim} must be an integer from 0 to 2^53-1",
            person(**{claim: value}),
        )
        for claim in ("exp", "iat", "nbf")
        for name, value in values.items()
    ]
    beyond = [
        Token(
            f"{claim}-beyond-a-double",
            f"claims/{claim}",
            "a number outside the range of a double is not read at all",
            token(payload=person(**{claim: Raw("1e400")})),
            "MALFORMED_CLAIMS",
        )
        for claim in ("exp", "iat", "nbf")
    ]
    order = [
        ("exp-at-iat", "expiry at the time of issue", person(iat=NOW, nbf=DROP, exp=NOW)),
        ("exp-before-iat", "expiry before the time of issue", person(iat=NOW, nbf=DROP, exp=NOW - 1)),
        ("exp-at-nbf", "expiry at the time of start", person(iat=NOW - 60, nbf=NOW + 10, exp=NOW + 10)),
        (
            "exp-before-nbf",
            "expiry before the time of start",
            person(iat=NOW - 60, nbf=NOW + 11, exp=NOW + 10),
        ),
        ("exp-zero", "zero is no endless life", person(exp=0)),
        ("all-zero", "all times zero", person(exp=0, iat=0, nbf=0)),
        (
            "exp-before-iat-long-ago",
            "inconsistent comes before expired",
            person(exp=1000, iat=2000, nbf=DROP),
        ),
    ]
    return [
        *found,
        *beyond,
        *(invalid(name, "claims/times", about, payload) for name, about, payload in order),
    ]


def _controls() -> list[Token]:
    """A control character in a string that is returned typed."""
    found = []
    for control, character in CONTROLS.items():
        texts: dict[str, object] = {
            "iss": ISSUER + character,
            "aud": [AUDIENCE, f"a{character}"],
            "type": f"app{character}",
            "sub": f"a{character}b",
            "email": f"user{character}@example.com",
            "common_name": CLIENT_ID + character,
            "country": f"U{character}S",
            "identity_nonce": f"{character}a",
            "nonce": f"a{character}",
            "policy_id": f"a{character}",
        }
        found += [
            invalid(
                f"{claim.replace('_', '-')}-with-{control}",
                f"claims/{claim}",
                f"a control character in {claim}",
                _with(claim, text),
            )
            for claim, text in texts.items()
        ]
    only: Object = person(aud=AUDIENCE + "\0")
    found.append(
        invalid("aud-string-with-nul", "claims/aud", "a control character in a single audience", only)
    )
    found.append(
        invalid(
            "sub-with-last-control", "claims/sub", "the last of the control characters", person(sub="a\x9f")
        )
    )
    found.append(
        invalid("sub-with-escape", "claims/sub", "a sequence that colours terminals", person(sub="a\x1b[31m"))
    )
    found.append(
        Token(
            "sub-with-format-character",
            "claims/sub",
            "a format character is no control character",
            token(payload=person(sub="a\u200bb")),
            "OK",
            {
                "kind": "person",
                "subject": "a\u200bb",
                "principal_id": "acme.cloudflareaccess.com/person/a\u200bb",
            },
        )
    )
    return found


def _audiences() -> list[Token]:
    def many(count: int) -> list[str]:
        return [f"app-{number}" for number in range(count - 1)] + [AUDIENCE]

    good = token(payload=person(aud=many(64)))
    return [
        Token(
            "audiences-64",
            "claims/aud",
            "as many audiences as allowed, the good one last",
            good,
            "OK",
            {**PERSON, "audiences": many(64)},
        ),
        invalid("audiences-65", "claims/aud", "one more, the good one last", person(aud=many(65))),
        invalid(
            "audiences-65-good-first",
            "claims/aud",
            "one more, the good one first",
            person(aud=many(65)[::-1]),
        ),
        invalid(
            "audiences-65-same",
            "claims/aud",
            "every entry counts, also the same one again",
            person(aud=[AUDIENCE] * 65),
        ),
        invalid("audiences-500", "claims/aud", "five hundred", person(aud=many(500))),
    ]


def _policy_id() -> list[Token]:
    def read(name: str, about: str, expected: str | None, claims: Object) -> Token:
        listed = {**(SERVICE if "common_name" in claims else PERSON), "policy_id": expected}
        services = config(allow_services="any") if "common_name" in claims else None
        return Token(name, "claims/policy_id", about, token(payload=claims), "OK", listed, services)

    uuid = "d2bb1d5c-6d2a-4c33-9d0a-5f4dd2a6cb7e"
    return [
        read("policy-id", "the policy that the person met", uuid, person(policy_id=uuid)),
        read("policy-id-absent", "absent in older tokens", None, person()),
        read("policy-id-null", "null is absent", None, person(policy_id=None)),
        read("policy-id-empty", "an empty one is present", "", person(policy_id="")),
        read("policy-id-long", "only the token has a limit", "p" * 4_000, person(policy_id="p" * 4_000)),
        read(
            "policy-id-after-audiences",
            "it follows however many audiences there are",
            uuid,
            person(aud=[f"app-{number}" for number in range(6)] + [AUDIENCE], policy_id=uuid),
        ),
        read("policy-id-of-service", "a service may have one too", uuid, service(policy_id=uuid)),
    ]
