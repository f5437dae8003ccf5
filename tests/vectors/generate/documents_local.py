"""The mark on the keys of a local Access: on all of them or on none, and nothing but `true`."""

from __future__ import annotations

from mint import Raw, dump, with_members
from sets import SETS
from vector import Document

from keys import ACME, ACME_2, DROP, Jwk

RULE = "document/local"
MARKED = ACME.jwk(cfaccess_local=True)


def vectors() -> list[Document]:
    return [*_marked(), *_unmarked(), *_mixed(), *_values()]


def marked(name: str, about: str, document: bytes, keys: list[str], skipped: int = 0) -> Document:
    return Document(f"local-{name}", RULE, about, document, "OK", keys, [None] * skipped, local=True)


def refused(name: str, about: str, document: bytes) -> Document:
    return Document(f"local-{name}", RULE, about, document, "KEYS_INVALID")


def entries(*jwks: object) -> bytes:
    return dump({"keys": list(jwks)})


def _marked() -> list[Document]:
    both = [ACME.kid, ACME_2.kid]
    twice = with_members(dump(ACME_2.jwk()), '"cfaccess_local":true,"cfaccess_local":true')
    return [
        marked("access", "as a local Access serves it", dump(SETS["local.jwks.json"]), both),
        marked("one-key", "a single key", entries(MARKED), [ACME.kid]),
        marked(
            "escaped",
            "the name is compared as it is read",
            b'{"keys":[' + with_members(dump(ACME.jwk()), r'"cfaccess\u005flocal":true') + b"]}",
            [ACME.kid],
        ),
        marked("no-object", "what is no JWK has no mark", entries(MARKED, 5, None), [ACME.kid], 2),
        marked(
            "unusable-marked",
            "an entry that cannot be used is marked like the others",
            entries(MARKED, ACME_2.jwk(cfaccess_local=True, kid=DROP)),
            [ACME.kid],
            1,
        ),
        Document(
            "local-twice",
            RULE,
            "a mark that is there twice is one, and the entry repeats a name",
            b'{"keys":[' + dump(MARKED) + b"," + twice + b"]}",
            "OK",
            [ACME.kid],
            [ACME_2.kid],
            local=True,
        ),
        Document(
            "local-none-usable",
            RULE,
            "marked, and of no use",
            entries({"cfaccess_local": True}),
            "NO_USABLE_KEYS",
        ),
    ]


def _unmarked() -> list[Document]:
    others: dict[str, tuple[str, bytes]] = {
        "in-capitals": ("names are compared with regard to case", entries(ACME.jwk(CFACCESS_LOCAL=True))),
        "longer-name": ("another name", entries(ACME.jwk(cfaccess_local_=True))),
        "in-member": (
            "only a member of the JWK itself is a mark",
            entries(ACME.jwk(x={"cfaccess_local": True})),
        ),
        "beside-keys": ("of the set, which is no mark", dump({"cfaccess_local": True, "keys": [ACME.jwk()]})),
    }
    return [
        Document(f"local-not-{name}", RULE, about, document, "OK", [ACME.kid], [])
        for name, (about, document) in others.items()
    ]


def _mixed() -> list[Document]:
    elliptic: Jwk = {"kid": "a", "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}
    return [
        refused("mixed", "a marked key and one without", entries(MARKED, ACME_2.jwk())),
        refused("mixed-unmarked-first", "the other way round", entries(ACME_2.jwk(), MARKED)),
        refused("mixed-same-key", "the same key with and without", entries(MARKED, ACME.jwk())),
        refused("mixed-unusable", "an entry that cannot be used counts", entries(MARKED, elliptic)),
        refused(
            "mixed-unusable-marked",
            "also if it is the marked one",
            entries(ACME.jwk(), {**elliptic, "cfaccess_local": True}),
        ),
        refused("mixed-empty", "an entry without members has no mark", entries(MARKED, {})),
        refused("mixed-none-usable", "although none can be used", entries({"cfaccess_local": True}, {})),
    ]


def _values() -> list[Document]:
    values: dict[str, object] = {
        "false": False,
        "null": None,
        "one": 1,
        "one-point-zero": Raw("1.0"),
        "text": "true",
        "empty-text": "",
        "list": [True],
        "object": {},
    }
    false_after_true = with_members(dump(MARKED), '"cfaccess_local":false')
    true_after_false = with_members(dump(ACME.jwk(cfaccess_local=False)), '"cfaccess_local":true')
    return [
        *(
            refused(
                f"value-{name}", "a mark is true and nothing else", entries(ACME.jwk(cfaccess_local=value))
            )
            for name, value in values.items()
        ),
        refused(
            "value-of-unusable",
            "in an entry that cannot be used",
            entries(ACME.jwk(), {"cfaccess_local": False}),
        ),
        refused("value-false-after-true", "a second mark", b'{"keys":[' + false_after_true + b"]}"),
        refused("value-true-after-false", "the other way round", b'{"keys":[' + true_after_false + b"]}"),
    ]
