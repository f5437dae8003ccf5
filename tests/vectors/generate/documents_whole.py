"""Key documents as a whole: their form, their limits, and what may stand around the keys."""

from __future__ import annotations

import json

import strict_json
from cryptography.hazmat.primitives.serialization import Encoding
from mint import dump, with_members
from sets import SETS
from vector import Document

from keys import ACME, ACME_2, ACME_3072, ACME_4096, DOCS_KID, Jwk

MEGABYTE = 1_048_576
MOST_KEYS = 32
GOOD = dump({"keys": [ACME.jwk()]})


def vectors() -> list[Document]:
    return [
        *_accepted(),
        *_form(),
        *_strict(),
        *_duplicates(),
        *_limits(),
        *_empty(),
    ]


def ok(name: str, about: str, document: bytes, keys: list[str] | None = None) -> Document:
    return Document(name, "document", about, document, "OK", [ACME.kid] if keys is None else keys, [])


def refused(name: str, about: str, document: bytes, rule: str = "document") -> Document:
    return Document(name, rule, about, document, "KEYS_INVALID")


def _accepted() -> list[Document]:
    access = SETS["acme.jwks.json"]
    certificates = {"public_cert": 5, "public_certs": {"kid": None}}
    sizes = [ACME.kid, ACME_3072.kid, ACME_4096.kid]
    return [
        ok("access", "as Access serves it", dump(access), [ACME.kid, ACME_2.kid]),
        ok(
            "access-indented",
            "the same over many lines",
            json.dumps(access, indent=4).encode(),
            [ACME.kid, ACME_2.kid],
        ),
        ok("access-docs", "under the kid of the documentation", dump(SETS["docs.jwks.json"]), [DOCS_KID]),
        ok("one-key", "a single key and nothing else", GOOD),
        ok("sizes", "keys of every size in use", dump(SETS["sizes.jwks.json"]), sizes),
        ok("keys-last", "the keys after everything else", dump({"public_cert": {}, "keys": [ACME.jwk()]})),
        ok(
            "certificates-of-any-type",
            "certificates are never read",
            dump({**certificates, "keys": [ACME.jwk()]}),
        ),
        ok("keys-escaped", "an escape in the name", rb'{"\u006beys":[' + dump(ACME.jwk()) + b"]}"),
        ok(
            "keys-in-capitals-too",
            "another name, unknown and ignored",
            dump({"keys": [ACME.jwk()], "KEYS": 5}),
        ),
    ]


def _form() -> list[Document]:
    login = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body></body></html>"
    jwk = dump(ACME.jwk())
    documents = [
        ("empty", "nothing at all", b""),
        ("text", "text", b"not json"),
        ("login-page", "a page in place of keys", login),
        ("null", "null", b"null"),
        ("number", "a number", b"5"),
        ("string", "a string", b'"keys"'),
        ("true", "true", b"true"),
        ("array", "an empty array", b"[]"),
        ("array-of-keys", "keys without a name", b"[" + jwk + b"]"),
        ("document-in-array", "a document in an array", b"[" + GOOD + b"]"),
        ("no-members", "an object without keys", b"{}"),
        ("bare-key", "a key without a set", jwk),
        ("keys-null", "keys is null", b'{"keys":null}'),
        ("keys-object", "keys is an object", b'{"keys":{}}'),
        ("keys-by-kid", "keys by their kid", dump({"keys": {ACME.kid: ACME.jwk()}})),
        ("keys-string", "keys is a string", dump({"keys": dump([ACME.jwk()]).decode()})),
        ("keys-number", "keys is a number", b'{"keys":1}'),
        ("keys-in-capitals", "names are compared with regard to case", dump({"Keys": [ACME.jwk()]})),
        ("pem", "a key in another form", ACME.spki(Encoding.PEM)),
        ("two-documents", "two documents, one a line", GOOD + b"\n" + GOOD),
    ]
    return [refused(f"form-{name}", about, document) for name, about, document in documents]


def _strict() -> list[Document]:
    return [
        *(
            refused(f"json-{name}", about, text, "document/json")
            for name, about, text in strict_json.broken(GOOD)
        ),
        *(ok(f"json-{name}", about, text) for name, about, text in strict_json.unusual(GOOD)),
    ]


def _duplicates() -> list[Document]:
    certificate = '"public_cert":{"kid":"a","kid":"b"}'
    deep = '"x":[{"a":{"b":1,"b":2}}]'
    both = GOOD[:-1] + b',"keys":[' + dump(ACME_2.jwk()) + b"]}"
    escaped = GOOD[:-1] + rb',"\u006beys":[' + dump(ACME_2.jwk()) + b"]}"
    rule = "document/duplicates"
    return [
        refused("duplicate-keys", "keys twice", both, rule),
        refused("duplicate-keys-escaped", "keys twice, once with an escape", escaped, rule),
        refused("duplicate-keys-same", "keys twice, the same", GOOD[:-1] + b"," + GOOD[1:], rule),
        refused(
            "duplicate-certificates",
            "an ignored name twice",
            with_members(GOOD, '"public_cert":1,"public_cert":1'),
            rule,
        ),
        refused("duplicate-unknown", "an unknown name twice", with_members(GOOD, '"x":1,"x":2'), rule),
        ok("duplicate-in-certificate", "a name twice in what is never read", with_members(GOOD, certificate)),
        ok("duplicate-deep-in-unknown", "the same, further down", with_members(GOOD, deep)),
    ]


def _limits() -> list[Document]:
    filled = GOOD + b" " * (MEGABYTE - len(GOOD))
    string = with_members(GOOD, '"x":""')
    text = with_members(GOOD, '"x":"' + "a" * (MEGABYTE - len(string)) + '"')
    rule = "document/limits"

    def entries(*others: object) -> bytes:
        return dump({"keys": [ACME.jwk(), *others]})

    def of_kids(count: int) -> list[Jwk]:
        return [ACME.jwk(kid=f"key-{number}") for number in range(count)]

    kids = [str(jwk["kid"]) for jwk in of_kids(MOST_KEYS)]
    most = entries(*[5] * (MOST_KEYS - 1))
    nested = strict_json.nested
    return [
        ok("size-largest-spaces", "just as large as allowed, filled with spaces", filled),
        ok("size-largest-string", "just as large as allowed, filled by a string", text),
        refused("size-one-byte-too-large", "one byte over, a space", filled + b" ", rule),
        refused(
            "size-string-too-large", "one byte over, in a string", text.replace(b'"x":"', b'"x":"a'), rule
        ),
        refused(
            "size-ten-megabytes-string",
            "a string of ten megabytes",
            with_members(GOOD, f'"x":"{"a" * 10_000_000}"'),
            rule,
        ),
        refused(
            "size-ten-megabytes-spaces", "ten megabytes of spaces before", b" " * 10_000_000 + GOOD, rule
        ),
        refused("size-ten-megabytes-brackets", "ten megabytes of brackets", b"[" * 10_000_000, rule),
        refused("size-megabyte-of-nul", "a megabyte of NUL bytes", b"\0" * MEGABYTE, rule),
        ok("entries-32", "as many keys as allowed", dump({"keys": of_kids(MOST_KEYS)}), kids),
        refused("entries-33", "one more", dump({"keys": of_kids(MOST_KEYS + 1)}), rule),
        Document(
            "entries-32-unusable",
            rule,
            "unusable entries count",
            most,
            "OK",
            [ACME.kid],
            [None] * (MOST_KEYS - 1),
        ),
        refused("entries-33-unusable", "one unusable entry more", entries(*[5] * MOST_KEYS), rule),
        refused("entries-33-same", "the same key again and again", entries(*[ACME.jwk()] * MOST_KEYS), rule),
        refused("entries-10000", "ten thousand entries", dump({"keys": [{}] * 10_000}), rule),
        ok("depth-32", "as deep as allowed, in what is never read", with_members(GOOD, f'"x":{nested(31)}')),
        refused(
            "depth-33",
            "one level deeper, in what is never read",
            with_members(GOOD, f'"x":{nested(32)}'),
            rule,
        ),
        ok("depth-32-in-key", "as deep as allowed, in a key", entries_with(nested(29))),
        refused("depth-33-in-key", "one level deeper, in a key", entries_with(nested(30)), rule),
        refused(
            "depth-100000", "a hundred thousand levels", with_members(GOOD, f'"x":{nested(100_000)}'), rule
        ),
    ]


def entries_with(value: str) -> bytes:
    """A document whose only key has one more member; three levels lie around it."""
    return b'{"keys":[' + with_members(dump(ACME.jwk()), f'"x":{value}') + b"]}"


def _empty() -> list[Document]:
    elliptic = {"kid": "a", "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}
    documents: list[tuple[str, str, list[object]]] = [
        ("no-keys", "an empty list", []),
        ("only-numbers", "a list of numbers", [1, 2]),
        ("only-null", "a list of null", [None]),
        ("only-elliptic", "no RSA key among them", [elliptic]),
        ("only-empty-object", "a key without members", [{}]),
        ("only-for-encryption", "the one key is for encryption", [ACME.jwk(use="enc")]),
        ("only-private", "the one key is private", [ACME.jwk(d="AA")]),
        ("only-two-of-one-kid", "two keys of one kid", [ACME.jwk(kid="a"), ACME_2.jwk(kid="a")]),
        ("only-nested-list", "keys in a list in the list", [[ACME.jwk()]]),
        ("only-text", "a key as text", [dump(ACME.jwk()).decode()]),
    ]
    return [
        Document(name, "document/usable", about, dump({"keys": keys}), "NO_USABLE_KEYS")
        for name, about, keys in documents
    ]
