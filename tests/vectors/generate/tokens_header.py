"""The header: strict JSON, and nothing in it that this verifier does not understand."""

from __future__ import annotations

import strict_json
from cryptography.hazmat.primitives.serialization import Encoding
from mint import Object, Raw, dump, header, token, with_members
from sets import certificate
from vector import PERSON, Token

from keys import ACME, DROP, STRANGER, base64url


def vectors() -> list[Token]:
    return [*_json(), *_typ(), *_critical(), *_ignored()]


def _json() -> list[Token]:
    good = dump(header())
    kinds = [("array", b"[]"), ("string", b'"x"'), ("null", b"null"), ("number", b"5"), ("true", b"true")]
    wrapped = b"[" + good + b"]"
    refused = [
        *((f"is-{name}", f"a header that is not an object: {name}", text) for name, text in kinds),
        ("is-array-of-one", "a header in an array", wrapped),
        ("is-empty-object", "a header without members", b"{}"),
        ("is-base64url", "a header encoded twice", base64url(good).encode()),
        *strict_json.broken(good),
        *strict_json.duplicates(good, "typ"),
        ("duplicate-alg", "the algorithm twice, the same", with_members(good, '"alg":"RS256"')),
        ("duplicate-alg-none", "the algorithm twice, once none", with_members(good, '"alg":"none"')),
        (
            "duplicate-alg-escaped",
            "the algorithm twice, once escaped",
            with_members(good, r'"\u0061lg":"RS256"'),
        ),
        ("duplicate-kid", "the key name twice", with_members(good, f'"kid":"{ACME.kid}"')),
        (
            "duplicate-crit",
            "crit twice: no strict JSON comes first",
            with_members(good, '"crit":["exp"],"crit":[]'),
        ),
    ]
    return [
        *(
            Token(f"header-{name}", "header/json", about, token(text), "MALFORMED")
            for name, about, text in refused
        ),
        *(
            Token(f"header-{name}", "header/json", about, token(text), "OK", PERSON)
            for name, about, text in strict_json.unusual(good)
        ),
    ]


def _typ() -> list[Token]:
    fine: list[tuple[str, object]] = [
        ("absent", DROP),
        ("lower-case", "jwt"),
        ("mixed-case", "Jwt"),
        ("with-prefix", "application/jwt"),
        ("with-prefix-upper-case", "APPLICATION/JWT"),
        ("escaped", Raw(r'"\u004aWT"')),
    ]
    other = [
        "at+jwt",
        "dpop+jwt",
        "JOSE",
        "JOSE+JSON",
        "JWS",
        "JWE",
        "logout+jwt",
        "secevent+jwt",
        "application/at+jwt",
        "application/application/jwt",
        "application/",
        "/jwt",
        "text/jwt",
        "",
        "JWT ",
        " JWT",
        "JWT\0",
        "jwt;x=1",
        "\uff2a\uff37\uff34",
    ]
    typed: list[tuple[str, object]] = [
        ("null", None),
        ("number", 5),
        ("array", ["JWT"]),
        ("object", {}),
        ("true", True),
    ]
    return [
        *(
            Token(
                f"typ-{name}",
                "header/typ",
                f"typ is {name.replace('-', ' ')}",
                token(header(typ=value)),
                "OK",
                PERSON,
            )
            for name, value in fine
        ),
        *(
            Token(
                f"typ-other-{index}",
                "header/typ",
                f"{value!r} is not an Access token",
                token(header(typ=value)),
                "UNSUPPORTED_HEADER",
            )
            for index, value in enumerate(other, 1)
        ),
        *(
            Token(f"typ-{name}", "header/typ", f"typ is {name}", token(header(typ=value)), "MALFORMED")
            for name, value in typed
        ),
    ]


def _critical() -> list[Token]:
    crit: list[tuple[str, object]] = [
        ("exp", ["exp"]),
        ("b64", ["b64"]),
        ("address", ["http://example.com/x"]),
        ("empty", []),
        ("null", None),
        ("string", "b64"),
        ("number", 5),
        ("array-of-number", [5]),
        ("alg", ["alg"]),
        ("kid", ["kid"]),
        ("doubles", ["x", "x"]),
        ("of-nothing", ["not-in-this-header"]),
        ("empty-name", [""]),
        ("object", {}),
        ("false", False),
    ]
    others: list[tuple[str, Object]] = [
        ("b64-false", {"b64": False}),
        ("b64-true", {"b64": True}),
        ("b64-null", {"b64": None}),
        ("b64-false-with-crit", {"b64": False, "crit": ["b64"]}),
        ("crit-with-its-name", {"x": 1, "crit": ["x"]}),
        ("cty", {"cty": "JWT"}),
        ("cty-null", {"cty": None}),
        ("cty-empty", {"cty": ""}),
        ("zip", {"zip": "DEF"}),
        ("zip-null", {"zip": None}),
        ("enc", {"enc": "A256GCM"}),
        ("enc-null", {"enc": None}),
        ("epk", {"epk": {"kty": "EC", "crv": "P-256"}}),
        ("epk-null", {"epk": None}),
        ("p2c", {"p2c": 4294967295}),
        ("p2c-zero", {"p2c": 0}),
        ("p2s", {"p2s": "c2FsdA"}),
        ("p2s-null", {"p2s": None}),
        ("crit-escaped", {Raw(r'"\u0063rit"'): ["exp"]}),
    ]
    return [
        *(
            Token(
                f"crit-{name}",
                "header/crit",
                "no critical extension is understood here",
                token(header(crit=value)),
                "UNSUPPORTED_HEADER",
            )
            for name, value in crit
        ),
        *(
            Token(
                f"header-{name}",
                "header/unsupported",
                "a member that changes how a token is read",
                token({**header(), **members}),
                "UNSUPPORTED_HEADER",
            )
            for name, members in others
        ),
        Token(
            "crit-in-capitals",
            "header/crit",
            "another name, unknown and ignored",
            token(header(Crit=["exp"])),
            "OK",
            PERSON,
        ),
    ]


def _ignored() -> list[Token]:
    """Members that point to keys are never read: they neither help nor hurt."""
    stranger_jwk: Object = {"jwk": STRANGER.jwk(kid=ACME.kid)}
    chain = [base64url(certificate(STRANGER).public_bytes(Encoding.DER))]
    pointers: list[tuple[str, Object]] = [
        ("jwk", stranger_jwk),
        ("jku", {"jku": "https://attacker.example/jwks.json"}),
        ("x5u", {"x5u": "https://attacker.example/cert.pem"}),
        ("x5c", {"x5c": chain}),
        ("x5t", {"x5t": "AAAAAAAAAAAAAAAAAAAAAAAAAAA"}),
        ("x5t-s256", {"x5t#S256": STRANGER.kid}),
        ("jwk-of-wrong-type", {"jwk": 5}),
        ("jku-of-wrong-type", {"jku": None}),
        ("x5c-of-wrong-type", {"x5c": "x"}),
        (
            "unknown-names",
            {"iss": "x", "aud": 5, "exp": 0, "url": "x", "nonce": [], "__proto__": {"alg": "none"}},
        ),
    ]
    found = []
    for name, members in pointers:
        head = {**header(), **members}
        found.append(
            Token(
                f"ignored-{name}",
                "header/ignored",
                "never read, so it does not hurt",
                token(head),
                "OK",
                PERSON,
            )
        )
        found.append(
            Token(
                f"ignored-{name}-stranger",
                "header/ignored",
                "never read, so it does not help",
                token(head, key=STRANGER),
                "BAD_SIGNATURE",
                signer=STRANGER,
            )
        )
    head = {**header(kid=STRANGER.kid), "jwk": STRANGER.jwk()}
    found.append(
        Token(
            "ignored-jwk-own-kid",
            "header/ignored",
            "a key in the header is no key of the set",
            token(head, key=STRANGER),
            "UNKNOWN_KEY",
            signer=STRANGER,
        )
    )
    return found
