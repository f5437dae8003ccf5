"""The payload as a whole: strict JSON, with every claim that must be there."""

from __future__ import annotations

import strict_json
from mint import (
    AUDIENCE,
    CLIENT_ID,
    ISSUER,
    NOW,
    Object,
    Raw,
    dump,
    header,
    older,
    person,
    service,
    token,
    with_members,
)
from vector import PERSON, Token, config

from keys import DROP, STRANGER

ANY = config(allow_services="any")


def vectors() -> list[Token]:
    return [*_json(), *_raw_values(), *_missing()]


def _json() -> list[Token]:
    good = dump(person())
    kinds = [("array", b"[]"), ("string", b'"x"'), ("null", b"null"), ("number", b"5"), ("true", b"true")]
    five = dump([CLIENT_ID, NOW + 60, NOW, ISSUER, AUDIENCE])
    refused = [
        *((f"is-{name}", f"a payload that is not an object: {name}", text) for name, text in kinds),
        ("is-array-of-five", "claims without names", five),
        ("is-array-of-one", "claims in an array", b"[" + good + b"]"),
        ("is-text", "text", b"hello"),
        ("is-token", "a token in a token", token()),
        ("is-form", "claims as a web form", b"sub=x&exp=9999999999"),
        ("five-thousand-deep", "five thousand levels", with_members(good, f'"x":{strict_json.nested(5000)}')),
        *strict_json.broken(good),
        *strict_json.duplicates(good, "email"),
    ]
    doubles = {
        "exp": f'"exp":{NOW + 60}',
        "iat": f'"iat":{NOW}',
        "nbf": f'"nbf":{NOW}',
        "iss": f'"iss":"{ISSUER}"',
        "aud": f'"aud":["{AUDIENCE}"]',
        "type": '"type":"app"',
        "sub": '"sub":"x"',
        "exp-escaped": f'"ex\\u0070":{NOW + 60}',
        "aud-escaped": f'"\\u0061ud":"{AUDIENCE}"',
        "custom": '"custom":{},"custom":{}',
        "in-custom": '"custom":{"groups":["a"],"groups":["b"]}',
        "common-name": '"common_name":"a","common_name":"a"',
        "country": '"country":"US"',
        "nonce": '"nonce":"a","nonce":"a"',
    }
    return [
        *(
            Token(f"payload-{name}", "claims/json", about, token(payload=text), "MALFORMED_CLAIMS")
            for name, about, text in refused
        ),
        *(
            Token(
                f"payload-duplicate-{name}",
                "claims/json",
                "a name twice",
                token(payload=with_members(good, members)),
                "MALFORMED_CLAIMS",
            )
            for name, members in doubles.items()
        ),
        *(
            Token(f"payload-{name}", "claims/json", about, token(payload=text), "OK", PERSON)
            for name, about, text in strict_json.unusual(good)
        ),
    ]


def _raw_values() -> list[Token]:
    """Text in text that only some readers read at all, as deep as it fits into a token."""
    good = dump(person())
    text = strict_json.raw_values(11_000)
    nested = with_members(good, f'"x":{text}')
    claim = person(country=Raw(strict_json.raw_values(11_000)))
    return [
        Token(
            "payload-raw-values",
            "claims/json",
            "an object with a string",
            token(payload=nested),
            "OK",
            PERSON,
        ),
        Token(
            "payload-raw-values-unsigned",
            "claims/json",
            "an object with a string, from anybody",
            token(payload=nested, key=STRANGER),
            "BAD_SIGNATURE",
            signer=STRANGER,
        ),
        Token(
            "payload-raw-values-in-claim",
            "claims/country",
            "an object is no string, whatever is in it",
            token(payload=claim),
            "INVALID_CLAIM",
        ),
        Token(
            "header-raw-values",
            "header/json",
            "an object with a string",
            token(header(x=Raw(strict_json.raw_values(1_800)))),
            "OK",
            PERSON,
        ),
    ]


def _missing() -> list[Token]:
    def missing(name: str, about: str, payload: Object) -> Token:
        return Token(
            f"missing-{name}",
            f"claims/{name.split('-')[0]}",
            about,
            token(payload=payload),
            "MISSING_CLAIM",
            config=ANY,
        )

    capitals: Object = {**person(exp=DROP), "EXP": NOW + 60}
    return [
        *(missing(name, f"no {name}", person(**{name: DROP})) for name in ("exp", "iat", "iss", "aud")),
        *(
            missing(f"{name}-service", f"no {name} in a service's token", service(**{name: DROP}))
            for name in ("exp", "iat", "iss", "aud")
        ),
        *(
            missing(f"{name}-older", f"no {name} in the older shape", older(**{name: DROP}))
            for name in ("exp", "iat", "iss", "aud")
        ),
        missing("exp-capitals", "names are compared with regard to case", capitals),
        missing("exp-before-expiry", "no expiry is no endless life", person(exp=DROP, iat=1, nbf=1)),
        missing(
            "exp-before-policy",
            "no expiry, and another issuer",
            person(exp=DROP, iss="https://x.cloudflareaccess.com"),
        ),
        Token("empty-object", "claims", "no claims at all", token(payload={}), "MISSING_CLAIM"),
    ]
