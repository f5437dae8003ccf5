"""The signature: what it covers, how long it is, and every byte of its padding."""

from __future__ import annotations

import hashlib

import padding_forms
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA384, SHA512
from mint import NOW, attach, dump, header, person, sign, signing_input, token
from tokens_algorithm import pss
from vector import PERSON, Token

from keys import ACME, ACME_2, ACME_3072, ACME_4096, OTHER_TEAM, STRANGER, TestKey, base64url

MESSAGE = signing_input(header(), person())
RIGHT = sign(ACME, MESSAGE)


def vectors() -> list[Token]:
    return [*_lengths(), *_moved(), *_others(), *_paddings(), *_sizes()]


def bad(name: str, about: str, value: bytes, signer: TestKey | None = None, keys: str | None = None) -> Token:
    return Token(f"signature-{name}", "signature", about, value, "BAD_SIGNATURE", signer=signer, keys=keys)


def _lengths() -> list[Token]:
    size = ACME.size
    modulus = ACME.modulus.to_bytes(size, "big")
    number = int.from_bytes(RIGHT, "big")
    signatures = [
        ("one-byte-short-front", "without its first byte", RIGHT[1:]),
        ("one-byte-short-end", "without its last byte", RIGHT[:-1]),
        ("one-byte-long-front", "with a zero byte before", b"\0" + RIGHT),
        ("one-byte-long-end", "with a trailing zero byte", RIGHT + b"\0"),
        ("one-byte", "a single byte", b"\x01"),
        ("half", "the first half", RIGHT[: size // 2]),
        ("twice", "twice", RIGHT * 2),
        ("zero", "zero", bytes(size)),
        ("one", "one", (1).to_bytes(size, "big")),
        ("all-ff", "all bits set", b"\xff" * size),
        ("modulus", "the modulus itself", modulus),
        ("modulus-less-one", "one less than the modulus", (ACME.modulus - 1).to_bytes(size, "big")),
        ("modulus-more-one", "one more than the modulus", (ACME.modulus + 1).to_bytes(size, "big")),
        (
            "plus-modulus",
            "the right number and the modulus",
            (number + ACME.modulus).to_bytes(size + 1, "big"),
        ),
        ("negated", "the modulus less the right number", (ACME.modulus - number).to_bytes(size, "big")),
        ("reversed", "the bytes the other way round", RIGHT[::-1]),
        ("in-hexadecimal", "as hexadecimal digits", RIGHT.hex().encode()),
        ("in-base64url", "encoded twice", base64url(RIGHT).encode()),
        ("first-bit", "its first bit flipped", _flipped(0)),
        ("middle-bit", "a bit in the middle flipped", _flipped(size * 4)),
        ("last-bit", "its last bit flipped", _flipped(size * 8 - 1)),
    ]
    return [bad(name, about, attach(MESSAGE, signature)) for name, about, signature in signatures]


def _flipped(bit: int) -> bytes:
    return (int.from_bytes(RIGHT, "big") ^ (1 << (ACME.size * 8 - 1 - bit))).to_bytes(ACME.size, "big")


def _moved() -> list[Token]:
    """A right signature, over something else."""

    def under(message: bytes) -> bytes:
        return attach(message, RIGHT)

    head, payload = dump(header()), dump(person())
    reordered = {name: header()[name] for name in ("typ", "alg", "kid")}
    spaced = payload.replace(b'":', b'": ')
    return [
        bad(
            "payload-changed",
            "one bit of the e-mail flipped",
            under(signing_input(header(), payload.replace(b"user@", b"usdr@"))),
        ),
        bad("expiry-changed", "a later expiry", under(signing_input(header(), person(exp=NOW + 86341)))),
        bad(
            "header-changed",
            "one letter of typ in the other case",
            under(signing_input(header(typ="JWt"), person())),
        ),
        bad(
            "header-reordered", "the same header in another order", under(signing_input(reordered, person()))
        ),
        bad("header-extended", "one more member in the header", under(signing_input(header(x=1), person()))),
        bad("payload-respaced", "the same claims with spaces", under(signing_input(head, spaced))),
        bad(
            "parts-exchanged",
            "of another token",
            attach(MESSAGE, sign(ACME, signing_input(header(), person(x=1)))),
        ),
        bad("over-payload", "over the payload alone", attach(MESSAGE, sign(ACME, MESSAGE.split(b".")[1]))),
        bad("over-decoded", "over the decoded bytes", attach(MESSAGE, sign(ACME, head + b"." + payload))),
        bad(
            "over-digest",
            "over the digest, so hashed twice",
            attach(MESSAGE, sign(ACME, hashlib.sha256(MESSAGE).digest())),
        ),
        bad(
            "over-whole-token",
            "over the token with its last dot",
            attach(MESSAGE, sign(ACME, MESSAGE + b".")),
        ),
        bad("over-nothing", "over nothing", attach(MESSAGE, sign(ACME, b""))),
    ]


def _others() -> list[Token]:
    scheme = padding.PKCS1v15()
    salted = pss(ACME, MESSAGE, hashlib.sha256)
    auto = padding.PSS(mgf=padding.MGF1(SHA256()), salt_length=padding.PSS.DIGEST_LENGTH)
    ACME.public.verify(salted, MESSAGE, auto, SHA256())
    keys = "acme.jwks.json"
    return [
        bad("stranger", "by a key in no set, under a kid of the set", token(key=STRANGER), STRANGER),
        bad("second-key", "by the second key, under the kid of the first", token(key=ACME_2), ACME_2, keys),
        bad(
            "first-key",
            "by the first key, under the kid of the second",
            token(header(kid=ACME_2.kid)),
            ACME,
            keys,
        ),
        bad("other-team", "by another team's key, under a kid of the set", token(key=OTHER_TEAM), OTHER_TEAM),
        bad("larger-key", "by a larger key", token(key=ACME_4096), ACME_4096, "sizes.jwks.json"),
        bad("pss", "in the other padding, under the name RS256", attach(MESSAGE, salted)),
        bad(
            "sha-1",
            "with SHA-1, under the name RS256",
            attach(MESSAGE, ACME.private.sign(MESSAGE, scheme, SHA1())),
        ),
        bad(
            "sha-384",
            "with SHA-384, under the name RS256",
            attach(MESSAGE, ACME.private.sign(MESSAGE, scheme, SHA384())),
        ),
        bad(
            "sha-512",
            "with SHA-512, under the name RS256",
            attach(MESSAGE, ACME.private.sign(MESSAGE, scheme, SHA512())),
        ),
    ]


def _paddings() -> list[Token]:
    assert padding_forms.raw(ACME, padding_forms.right(MESSAGE)) == RIGHT
    return [
        bad(f"padding-{name}", about, attach(MESSAGE, padding_forms.raw(ACME, block)))
        for name, about, block in padding_forms.forms(MESSAGE)
    ]


def _sizes() -> list[Token]:
    return [
        Token(
            f"key-of-{key.private.key_size}-bits",
            "signature",
            "a key of every size in use",
            token(header(kid=key.kid), key=key),
            "OK",
            PERSON,
            keys="sizes.jwks.json",
            signer=key,
        )
        for key in (ACME, ACME_3072, ACME_4096)
    ]
