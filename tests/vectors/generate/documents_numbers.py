"""The two numbers of an RSA key: only one way to write them, only sizes in use."""

from __future__ import annotations

from entries import modulus, odd, skipped
from vector import Document

from keys import DROP, OTHER_TEAM, base64url, number


def vectors() -> list[Document]:
    return [*_modulus(), *_exponent()]


def _modulus() -> list[Document]:
    good = number(OTHER_TEAM.modulus)
    whole = OTHER_TEAM.modulus.to_bytes(256, "big")
    values: dict[str, object] = {
        **{
            f"{bits}-bits": number(modulus(bits)) for bits in (512, 1024, 2040, 2047, 4097, 4104, 8192, 16384)
        },
        "even": number(modulus(2048, end=0)),
        "zero": "AA",
        "one": "AQ",
        "empty": "",
        "leading-zero": base64url(b"\0" + whole),
        "leading-zeros-for-size": base64url(bytes(128) + modulus(1024).to_bytes(128, "big")),
        "padded": good + "==",
        "other-alphabet": good.replace("-", "+").replace("_", "/"),
        "line-feed": good[:76] + "\n" + good[76:],
        "space-after": good + " ",
        "impossible-length": good + "AAA",
        "spare-bits": good[:-1] + _next(good[-1]),
        "hexadecimal": whole.hex() + ":",
        "star": "*",
        "missing": DROP,
        "null": None,
        "number": 65537,
        "array": [good],
        "object": {"n": good},
        "true": True,
        "not-ascii": "é" + good,
        "nul-after": good + "\0",
    }
    return [
        skipped(
            f"modulus-{name}", "key/n", f"a modulus that is not used: {name.replace('-', ' ')}", odd(n=value)
        )
        for name, value in values.items()
    ]


def _next(character: str) -> str:
    """A character with the same leading bits, and one more bit set where no byte is."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return alphabet[alphabet.index(character) | 1]


def _exponent() -> list[Document]:
    values: dict[str, object] = {
        "zero": "AA",
        "one": number(1),
        "two": number(2),
        "three": number(3),
        "seventeen": number(17),
        "65536": number(65536),
        "65539": number(65539),
        "four-bytes": number(2**32 - 1),
        "over-33-bits": number(2**33 + 1),
        "as-large-as-modulus": number(modulus(2048)),
        "leading-zero": base64url(b"\0\x01\0\x01"),
        "padded": "AQAB====",
        "one-padding": "AQAB=",
        "other-alphabet": "+/+/",
        "space-after": "AQAB ",
        "impossible-length": "AQABA",
        "reversed": base64url(b"\x01\0\x01\0"),
        "decimal": "65537",
        "empty": "",
        "missing": DROP,
        "null": None,
        "number": 65537,
        "array": ["AQAB"],
        "true": True,
    }
    return [
        skipped(
            f"exponent-{name}",
            "key/e",
            f"an exponent that is not 65537: {name.replace('-', ' ')}",
            odd(e=value),
        )
        for name, value in values.items()
    ]
