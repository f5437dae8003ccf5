"""Keys one by one: which are used, and which are skipped next to good ones."""

from __future__ import annotations

from entries import GOOD, odd, skipped, used
from mint import Raw, dump, with_members
from vector import Document

from keys import ACME, ACME_4096, DROP, OTHER_TEAM, STRANGER, Jwk, number


def vectors() -> list[Document]:
    return [*_accepted(), *_kinds(), *_members(), *_kid(), *_duplicates()]


def _accepted() -> list[Document]:
    cases: list[tuple[str, str, dict[str, object]]] = [
        ("use-absent", "no use", {"use": DROP}),
        ("alg-absent", "no algorithm", {"alg": DROP}),
        ("use-and-alg-absent", "neither", {"use": DROP, "alg": DROP}),
        ("key-ops", "to verify", {"key_ops": ["verify"]}),
        ("key-ops-more", "to verify, and something else", {"key_ops": ["sign", "verify"]}),
        ("key-ops-without-use", "to verify, and no use", {"key_ops": ["verify"], "use": DROP}),
        ("unknown-members", "members that are not known", {"foo": {"a": [None]}, "x5t": "AA", "iat": 1}),
        (
            "certificate-chain",
            "a chain of certificates, never read",
            {"x5c": ["MIIB"], "x5u": "https://attacker.example/"},
        ),
        ("member-in-capitals", "another name, unknown and ignored", {"USE": "enc", "Alg": "none", "D": "AA"}),
        (
            "escaped-members",
            "escapes in names and values",
            {"kty": Raw(r'"\u0052SA"'), "use": DROP, Raw(r'"\u0075se"'): "sig"},
        ),
        ("4096-bits", "the largest size", {"n": number(ACME_4096.modulus)}),
    ]
    return [used(name, "key", about, odd(**changes)) for name, about, changes in cases]


def _kinds() -> list[Document]:
    """Entries that are no RSA keys, or nothing that could be one."""
    entries: list[tuple[str, object]] = [
        ("number", 5),
        ("null", None),
        ("string", "key"),
        ("true", True),
        ("array", []),
        ("array-of-key", [ACME.jwk()]),
        ("empty-object", {}),
    ]
    kinds: list[tuple[str, Jwk]] = [
        (
            "elliptic",
            {
                "kid": "odd",
                "kty": "EC",
                "crv": "P-256",
                "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
                "alg": "ES256",
                "use": "sig",
            },
        ),
        (
            "edwards",
            {
                "kid": "odd",
                "kty": "OKP",
                "crv": "Ed25519",
                "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
            },
        ),
        ("symmetric", {"kid": "odd", "kty": "oct", "k": "c2VjcmV0", "alg": "HS256"}),
        ("post-quantum", {"kid": "odd", "kty": "AKP", "alg": "ML-DSA-65", "pub": "AA"}),
        ("unknown-kind", {"kid": "odd", "kty": "XYZ"}),
        ("elliptic-with-rsa-members", odd(kty="EC")),
        ("kind-lower-case", odd(kty="rsa")),
        ("kind-with-space", odd(kty="RSA ")),
        ("kind-empty", odd(kty="")),
        ("kind-missing", odd(kty=DROP)),
        ("kind-null", odd(kty=None)),
        ("kind-number", odd(kty=5)),
        ("kind-array", odd(kty=["RSA"])),
    ]
    return [
        *(skipped(f"entry-{name}", "key", "an entry that is no key", entry, None) for name, entry in entries),
        *(skipped(name, "key/kty", "a key of another kind", jwk) for name, jwk in kinds),
    ]


def _members() -> list[Document]:
    values: dict[str, dict[str, object]] = {
        "use": {
            "enc": "enc",
            "upper-case": "SIG",
            "empty": "",
            "null": None,
            "number": 5,
            "array": ["sig"],
            "both": "sig enc",
        },
        "alg": {
            "rs384": "RS384",
            "rs512": "RS512",
            "ps256": "PS256",
            "ps512": "PS512",
            "rsa-oaep": "RSA-OAEP",
            "rsa-oaep-256": "RSA-OAEP-256",
            "hs256": "HS256",
            "es256": "ES256",
            "none": "none",
            "lower-case": "rs256",
            "empty": "",
            "unknown": "XY1",
            "null": None,
            "number": 5,
            "array": ["RS256"],
        },
        "key_ops": {
            "sign": ["sign"],
            "empty": [],
            "string": "verify",
            "doubles": ["verify", "verify"],
            "doubles-of-other": ["verify", "sign", "sign"],
            "number-after": ["verify", 5],
            "null-after": ["verify", None],
            "null": None,
            "number": 5,
            "object": {"verify": True},
            "upper-case": ["VERIFY"],
            "wrap": ["wrapKey", "encrypt"],
        },
    }
    private = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")
    return [
        *(
            skipped(
                f"{member.replace('_', '-')}-{name}",
                f"key/{member}",
                f"{member} says that it is not for this",
                odd(**{member: value}),
            )
            for member, named in values.items()
            for name, value in named.items()
        ),
        *(
            skipped(
                f"private-{member}",
                "key/private",
                "a private member: somebody's secret is out",
                odd(**{member: "AQAB"}),
            )
            for member in private
        ),
        skipped("private-null", "key/private", "a private member, whatever its value", odd(d=None)),
        skipped(
            "private-escaped",
            "key/private",
            "a private member with an escape",
            odd(**{Raw(r'"\u0064"'): "AQAB"}),
        ),
        skipped("private-others", "key/private", "a list of other primes", odd(oth=[])),
    ]


def _kid() -> list[Document]:
    ill_formed: dict[str, object] = {
        "missing": DROP,
        "null": None,
        "number": 5,
        "array": ["odd"],
        "object": {},
        "true": True,
        "empty": "",
        "space-inside": "a b",
        "space-after": "odd ",
        "line-feed": "odd\n",
        "nul": "odd\0",
        "not-ascii": "schlüssel",
        "delete": "odd\x7f",
        "too-long": "a" * 129,
        "much-too-long": "a" * 65536,
    }
    fine = {
        "longest": "a" * 128,
        "shortest": "~",
        "printable": "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~\\",
        "path": "../../etc/passwd",
    }
    return [
        *(
            skipped(f"kid-{name}", "key/kid", "a kid that no token can name", odd(kid=value), None)
            for name, value in ill_formed.items()
        ),
        *(
            used(f"kid-{name}", "key/kid", "a kid that a token can name", odd(kid=kid), kid)
            for name, kid in fine.items()
        ),
        used(
            "kid-in-other-case", "key/kid", "another kid, as case counts", odd(kid=GOOD.upper()), GOOD.upper()
        ),
        used(
            "kid-escaped", "key/kid", "an escape is the character it stands for", odd(kid=Raw(r'"od\u0064"'))
        ),
        used("key-under-two-kids", "key/kid", "one key under two kids", ACME.jwk(kid="odd")),
    ]


def _duplicates() -> list[Document]:
    jwk = dump(odd()).decode()
    members = {
        "modulus": (f'"n":"{number(STRANGER.modulus)}"', "odd"),
        "modulus-same": (f'"n":"{number(OTHER_TEAM.modulus)}"', "odd"),
        "exponent": ('"e":"Aw"', "odd"),
        "use": ('"use":"enc"', "odd"),
        "alg-escaped": (r'"\u0061lg":"RS256"', "odd"),
        "unknown": ('"x":1,"x":1', "odd"),
        "deep": ('"x":[{"a":1,"a":1}]', "odd"),
        "kid": ('"kid":"other"', "odd"),
    }
    return [
        skipped(
            f"duplicate-{name}",
            "key/duplicates",
            "a name twice in one key",
            Raw(with_members(jwk.encode(), text).decode()),
            kid,
        )
        for name, (text, kid) in members.items()
    ]
