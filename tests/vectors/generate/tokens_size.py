"""The limits of size, and which of two faults is named."""

from __future__ import annotations

from itertools import count

from mint import Object, attach, dump, header, person, signing_input, token
from tokens_form import GOOD, SIGNATURE, malformed
from vector import PERSON, Token

from keys import STRANGER

CAP = 16384
HEADER_CAP = 2048
MEGABYTE = 1_000_000


def vectors() -> list[Token]:
    return [*_whole(), *_header()]


def too_large(name: str, about: str, value: bytes) -> Token:
    return Token(name, "size", about, value, "TOO_LARGE", signer=None)


def of_length(length: int) -> bytes:
    """A signed token of just that length."""
    for extra in count():
        head = header(x="x" * extra)
        room = length - len(token(head, person(x="")))
        payload = person(x="a" * (room * 3 // 4))
        for members in (payload, {**payload, "x": f"{payload['x']}a"}, {**payload, "x": f"{payload['x']}aa"}):
            if len(signing_input(head, members)) + 1 + len(SIGNATURE) == length:
                return token(head, members)
    raise AssertionError


def _whole() -> list[Token]:
    def filled(length: int, position: int, byte: bytes) -> bytes:
        return b"A" * position + byte + b"A" * (length - position - 1)

    def third_dot(position: int) -> bytes:
        return b"A.A." + b"A" * (position - 4) + b"." + b"A" * 40

    return [
        Token("longest", "size", "a token of just the greatest length", of_length(CAP), "OK", PERSON),
        Token("one-byte-too-long", "size", "a good token one byte over", of_length(CAP + 1), "TOO_LARGE"),
        malformed("longest-without-dots", "as long as allowed, and no dot", b"A" * CAP, "size"),
        too_large("too-long-without-dots", "one byte over, and no dot", b"A" * (CAP + 1)),
        malformed(
            "odd-byte-at-the-limit", "the last byte that is read", filled(CAP + 1, CAP - 1, b"!"), "size"
        ),
        too_large("odd-byte-after-the-limit", "the first byte that is not read", filled(CAP + 2, CAP, b"!")),
        malformed(
            "third-dot-at-the-limit",
            "a third dot in the last byte that is read",
            third_dot(CAP - 1),
            "size",
        ),
        too_large("third-dot-after-the-limit", "a third dot that is not read", third_dot(CAP)),
        malformed("megabyte-of-dots", "a megabyte of dots", b"." * MEGABYTE, "size"),
        malformed("ten-megabytes-of-spaces", "ten megabytes of spaces", b" " * 10 * MEGABYTE, "size"),
        malformed("ten-megabytes-of-ff", "ten megabytes of the byte FF", b"\xff" * 10 * MEGABYTE, "size"),
        malformed("megabyte-of-nul", "a megabyte of NUL bytes", b"\0" * MEGABYTE, "size"),
        malformed("megabyte-of-parts", "half a million parts", b"A." * (MEGABYTE // 2), "size"),
        too_large("ten-megabytes-of-letters", "ten megabytes of the alphabet", b"A" * 10 * MEGABYTE),
        too_large(
            "signature-of-ten-megabytes", "a signature part of ten megabytes", GOOD + b"A" * 10 * MEGABYTE
        ),
        too_large(
            "payload-of-a-megabyte",
            "a payload of a megabyte, signed",
            token(payload=person(x="a" * MEGABYTE)),
        ),
        too_large("header-of-a-megabyte", "a header of a megabyte, signed", token(header(x="a" * MEGABYTE))),
        too_large(
            "twenty-kibibytes", "a good token of some twenty kibibytes", token(payload=person(x="a" * 15000))
        ),
        too_large(
            "ten-thousand-audiences", "more audiences than fit", token(payload=person(aud=["a"] * 10_000))
        ),
    ]


def _header() -> list[Token]:
    def of_size(size: int) -> Object:
        return header(x="a" * (size - len(dump(header(x="")))))

    ones = b"[" + b"1," * 4095 + b"1]"
    members = {f"m{number}": 0 for number in range(5000)}
    many = {**header(), **{f"m{number}": 0 for number in range(200)}}
    over = of_size(HEADER_CAP + 1)
    return [
        Token(
            "longest-header",
            "size/header",
            "a header of just the greatest length",
            token(of_size(HEADER_CAP)),
            "OK",
            PERSON,
        ),
        Token(
            "header-one-byte-too-long", "size/header", "a good header one byte over", token(over), "TOO_LARGE"
        ),
        Token("header-of-ones", "size/header", "eight kibibytes of an array", token(ones), "TOO_LARGE"),
        Token(
            "header-with-5000-members",
            "size/header",
            "five thousand members",
            token({**header(), **members}),
            "TOO_LARGE",
        ),
        Token(
            "header-with-200-members",
            "size/header",
            "two hundred unknown members that fit",
            token(many),
            "OK",
            PERSON,
        ),
        Token(
            "header-too-long-and-not-json",
            "size/header",
            "size comes before content",
            token(b"{" * 2049),
            "TOO_LARGE",
        ),
        Token(
            "header-too-long-and-none",
            "size/header",
            "size comes before the algorithm",
            token({**of_size(HEADER_CAP + 2), "alg": "none"}),
            "TOO_LARGE",
        ),
        Token(
            "header-too-long-and-stranger",
            "size/header",
            "size comes before the signature",
            token(over, key=STRANGER),
            "TOO_LARGE",
            signer=STRANGER,
        ),
        malformed(
            "header-too-long-and-signature-malformed",
            "the form of all parts comes before the size of one",
            attach(signing_input(over, person()), b"") + b"A",
            "size/header",
        ),
    ]
