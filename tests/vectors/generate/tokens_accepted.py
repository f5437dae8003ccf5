"""Good tokens, and what is read from them."""

from __future__ import annotations

from mint import (
    AUDIENCE,
    CLIENT_ID,
    LIFETIME,
    NOW,
    OTHER_AUDIENCE,
    SUBJECT,
    Object,
    Raw,
    older,
    person,
    service,
    token,
)
from vector import PERSON, SERVICE, Token, config

from keys import DROP

ANY = config(allow_services="any")


def vectors() -> list[Token]:
    return [*_plain(), *_spelling(), *_custom(), *_sessions(), *_lifetimes()]


def ok(
    name: str, about: str, value: bytes, rule: str = "claims", service_too: bool = False, **claims: object
) -> Token:
    kind = SERVICE if service_too else PERSON
    return Token(name, rule, about, value, "OK", {**kind, **claims}, ANY if service_too else None)


def _plain() -> list[Token]:
    tags = [OTHER_AUDIENCE, AUDIENCE]
    return [
        ok(
            "person",
            "a person",
            token(),
            email="user@example.com",
            subject=SUBJECT,
            common_name=None,
            country="US",
            payload=person(),
        ),
        ok(
            "service",
            "a service",
            token(payload=service()),
            service_too=True,
            common_name=CLIENT_ID,
            email=None,
            not_before=None,
            payload=service(),
        ),
        ok(
            "service-with-nbf",
            "a service with all times",
            token(payload=service(nbf=NOW)),
            service_too=True,
            not_before=NOW,
        ),
        ok(
            "service-without-sub",
            "a service without a sub",
            token(payload=service(sub=DROP)),
            service_too=True,
            subject=None,
        ),
        ok("person-with-services", "a person where services are accepted as well", token()),
        ok(
            "older-shape",
            "an older token without a type",
            token(payload=older()),
            token_type=None,
            not_before=None,
        ),
        ok(
            "older-shape-null-identity-nonce",
            "null is absent",
            token(payload=older(identity_nonce=None)),
            identity_nonce=None,
        ),
        ok(
            "older-claims-with-type", "a nonce and a type", token(payload=older(type="app")), token_type="app"
        ),
        ok(
            "audience-string",
            "a single audience as a string",
            token(payload=person(aud=AUDIENCE)),
            audiences=[AUDIENCE],
        ),
        ok(
            "audience-second",
            "the audience is the second of two",
            token(payload=person(aud=tags)),
            audiences=tags,
        ),
        ok(
            "audience-first",
            "the audience is the first of two",
            token(payload=person(aud=tags[::-1])),
            audiences=tags[::-1],
        ),
        ok("no-nbf", "a person without a time of start", token(payload=person(nbf=DROP)), not_before=None),
        ok("no-country", "a person without a country", token(payload=person(country=DROP)), country=None),
        ok(
            "unknown-claims",
            "unknown claims are passed on",
            token(payload=person(unknown_claim=[1])),
            payload=person(unknown_claim=[1]),
        ),
        ok("unknown-null", "an unknown claim may be null", token(payload=person(unknown_claim=None))),
        ok(
            "jti-of-any-type",
            "a claim that is not read has no type",
            token(payload=person(jti=5, amr={"a": [None]})),
        ),
    ]


def _spelling() -> list[Token]:
    def spelled(name: str, about: str, **changes: object) -> Token:
        return ok(f"spelled-{name}", about, token(payload=person(**changes)), "claims/json")

    escaped_name: Object = {**person(exp=DROP), Raw(r'"ex\u0070"'): NOW + 60}
    return [
        spelled(
            "slashes", "slashes escaped, as Access does", iss=Raw(r'"https:\/\/acme.cloudflareaccess.com"')
        ),
        spelled(
            "escaped-letters",
            "letters escaped",
            type=Raw(r'"\u0061\u0070\u0070"'),
            aud=Raw(f'["\\u0033{AUDIENCE[1:]}"]'),
        ),
        ok(
            "spelled-name",
            "a name with an escape",
            token(payload=escaped_name),
            "claims/json",
            expires_at=NOW + 60,
        ),
        ok(
            "spelled-email",
            "an e-mail address outside ASCII",
            token(payload=person(email="jürgen@bücher.example")),
            email="jürgen@bücher.example",
        ),
        ok(
            "spelled-email-escaped",
            "the same with an escape",
            token(payload=person(email=Raw(r'"j\u00fcrgen@b\u00FCcher.example"'))),
            email="jürgen@bücher.example",
        ),
        ok(
            "spelled-email-surrogates",
            "a character outside the first plane",
            token(payload=person(email=Raw(r'"\ud83d\ude00@example.com"'))),
            email="😀@example.com",
        ),
    ]


def _custom() -> list[Token]:
    nested: Object = {
        "groups": ["admins", "größe", "a/b"],
        "department": {"id": 7, "name": 'R"&"D', "lead": None, "open": True},
        "empty": {},
        "none": [],
        "text": "line\nline\ttab\u0000nul",
    }
    return [
        ok("custom", "nested values", token(payload=person(custom=nested)), "claims/custom", custom=nested),
        ok("custom-empty", "an empty object", token(payload=person(custom={})), "claims/custom", custom={}),
        ok("custom-absent", "no custom claims", token(), "claims/custom", custom=None),
        ok("custom-null", "null is absent", token(payload=person(custom=None)), "claims/custom", custom=None),
        ok(
            "custom-slashes",
            "slashes escaped",
            token(payload=person(custom=Raw(r'{"a\/b":"c\/d"}'))),
            "claims/custom",
            custom={"a/b": "c/d"},
        ),
        ok(
            "custom-like-claims",
            "names of claims inside are not claims",
            token(payload=person(custom={"exp": 0, "sub": "x", "iss": 5})),
            "claims/custom",
            subject=SUBJECT,
            custom={"exp": 0, "sub": "x", "iss": 5},
        ),
        ok(
            "custom-of-service",
            "custom claims of a service",
            token(payload=service(custom=nested)),
            "claims/custom",
            service_too=True,
            custom=nested,
        ),
    ]


def _sessions() -> list[Token]:
    def session(name: str, about: str, expected: str | None, **changes: object) -> Token:
        return ok(
            f"session-{name}", about, token(payload=person(**changes)), "claims/session", session=expected
        )

    return [
        session("identity-nonce", "the identity nonce", "6ei69kawdKzMIAPF"),
        session("both", "the identity nonce before the nonce", "6ei69kawdKzMIAPF", nonce="abc"),
        session("nonce", "the nonce where there is no other", "abc", identity_nonce=DROP, nonce="abc"),
        session("identity-nonce-null", "null is absent", "abc", identity_nonce=None, nonce="abc"),
        session(
            "identity-nonce-empty", "an empty one names no session", "abc", identity_nonce="", nonce="abc"
        ),
        session("nonce-null", "null is absent", "6ei69kawdKzMIAPF", nonce=None),
        session("both-empty", "two empty ones name no session", None, identity_nonce="", nonce=""),
        session("none", "no session at all", None, identity_nonce=DROP),
        session("both-null", "two nulls are no session", None, identity_nonce=None, nonce=None),
        ok(
            "country-null",
            "null is absent",
            token(payload=person(country=None)),
            "claims/country",
            country=None,
        ),
        ok(
            "nonce-and-identity-nonce",
            "both are returned",
            token(payload=person(nonce="abc")),
            "claims/session",
            nonce="abc",
            identity_nonce="6ei69kawdKzMIAPF",
        ),
    ]


def _lifetimes() -> list[Token]:
    def lasting(seconds: int) -> bytes:
        return token(payload=person(iat=NOW, nbf=NOW, exp=NOW + seconds))

    return [
        ok("lifetime-second", "a session of one second", lasting(1), "policy/lifetime", expires_at=NOW + 1),
        ok("lifetime-minute", "a session of a minute", lasting(60), "policy/lifetime", expires_at=NOW + 60),
        ok(
            "lifetime-month",
            "a session of a month and a minute, the longest that is accepted by default",
            lasting(LIFETIME),
            "policy/lifetime",
            expires_at=NOW + LIFETIME,
        ),
    ]
