"""Signature blocks that are almost the one of PKCS#1 v1.5 (RFC 8017, 9.2), each wrong in one place."""

from __future__ import annotations

import hashlib

from keys import TestKey

SIZE = 256
SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")
OTHER_PREFIXES = {
    "md5": "3020300c06082a864886f70d020505000410",
    "sha-1": "3021300906052b0e03021a05000414",
    "sha-224": "302d300d06096086480165030402040500041c",
    "sha-384": "3041300d060960864801650304020205000430",
    "sha-512": "3051300d060960864801650304020305000440",
    "sha3-256": "3031300d060960864801650304020805000420",
}

Form = tuple[str, str, bytes]


def raw(key: TestKey, block: bytes) -> bytes:
    """The bare RSA operation on a block of the key's size."""
    number = pow(int.from_bytes(block, "big"), key.private.private_numbers().d, key.modulus)
    return number.to_bytes(key.size, "big")


def block(info: bytes, head: bytes = b"\0\x01", fill: bytes = b"\xff", end: bytes = b"\0") -> bytes:
    """Head, filling, separator and digest info, filled up to the size of the key."""
    return head + fill * (SIZE - len(head) - len(end) - len(info)) + end + info


def right(message: bytes) -> bytes:
    return block(SHA256_PREFIX + hashlib.sha256(message).digest())


def forms(message: bytes) -> list[Form]:
    digest = hashlib.sha256(message).digest()
    return [*_frame(message), *_garbage(digest), *_digest_info(digest), *_digests(message, digest)]


def _frame(message: bytes) -> list[Form]:
    good = right(message)
    info = good[-51:]
    length = SIZE - 3 - len(info)

    def replaced(position: int, byte: int) -> bytes:
        return good[:position] + bytes([byte]) + good[position + 1 :]

    return [
        ("first-byte-one", "the first byte is 01", replaced(0, 1)),
        ("type-zero", "block type 00", replaced(1, 0)),
        ("type-two", "block type 02, of encryption", replaced(1, 2)),
        ("type-ff", "block type FF", replaced(1, 0xFF)),
        ("fill-first", "the first filling byte is not FF", replaced(2, 0xFE)),
        ("fill-middle", "a filling byte in the middle is not FF", replaced(2 + length // 2, 0x7F)),
        ("fill-last", "the last filling byte is not FF", replaced(1 + length, 0xFE)),
        ("fill-zero", "a zero byte ends the filling early", replaced(100, 0)),
        ("fill-all-zero", "filled with zero", block(info, fill=b"\0")),
        ("fill-random", "filled as for encryption", block(info, head=b"\0\x02", fill=b"\xa5")),
        ("separator-one", "the separator is 01", replaced(2 + length, 1)),
        ("separator-ff", "the separator is FF", replaced(2 + length, 0xFF)),
        ("separator-missing", "no separator", block(info, end=b"")),
        ("separator-twice", "two separators", block(info, end=b"\0\0")),
        ("shifted-left", "everything one byte to the left", good[1:] + b"\0"),
        ("unpadded", "the digest info alone", bytes(SIZE - len(info)) + info),
        ("no-digest-info", "the filling alone", b"\0\x01" + b"\xff" * (SIZE - 3) + b"\0"),
    ]


def _garbage(digest: bytes) -> list[Form]:
    """The digest info further to the left, and something after it that nobody should leave room for."""
    info = SHA256_PREFIX + digest

    def followed(fill: int, byte: bytes) -> bytes:
        start = b"\0\x01" + b"\xff" * fill + b"\0" + info
        return start + byte * (SIZE - len(start))

    found = [
        (
            f"garbage-after-{fill}",
            f"{fill} filling bytes, and zeros after the digest",
            followed(fill, b"\0"),
        )
        for fill in (0, 1, 8, 100, 201)
    ]
    found += [
        (
            f"garbage-after-{fill}-not-zero",
            f"{fill} filling bytes, and other bytes after the digest",
            followed(fill, b"\xa5"),
        )
        for fill in (0, 8, 100)
    ]
    return found


def _digest_info(digest: bytes) -> list[Form]:
    """DigestInfo ::= SEQUENCE { SEQUENCE { OBJECT IDENTIFIER, NULL }, OCTET STRING }, written wrongly."""
    spelled = {
        "null-missing": ("no NULL after the identifier", "302f300b0609608648016503040201", "0420", ""),
        "null-long-form": (
            "a NULL with a length of two bytes",
            "3032300e060960864801650304020105 8100",
            "0420",
            "",
        ),
        "null-with-content": (
            "a NULL with a byte in it",
            "3032300e06096086480165030402010501 00",
            "0420",
            "",
        ),
        "null-twice": ("two NULLs", "3033300f060960864801650304020105000500", "0420", ""),
        "null-as-octets": (
            "an empty octet string for NULL",
            "3031300d06096086480165030402010400",
            "0420",
            "",
        ),
        "null-as-sequence": ("an empty sequence for NULL", "3031300d06096086480165030402013000", "0420", ""),
        "null-as-boolean": ("a boolean for NULL", "3032300e0609608648016503040201010100", "0420", ""),
        "outer-long-form": (
            "the outer length in two bytes",
            "308131300d06096086480165030402010500",
            "0420",
            "",
        ),
        "outer-longer-form": (
            "the outer length in three bytes",
            "30820031300d06096086480165030402010500",
            "0420",
            "",
        ),
        "inner-long-form": (
            "the inner length in two bytes",
            "303230810d06096086480165030402010500",
            "0420",
            "",
        ),
        "identifier-long-form": (
            "the identifier's length in two bytes",
            "3032300e0681096086480165030402010500",
            "0420",
            "",
        ),
        "octets-long-form": (
            "the digest's length in two bytes",
            "3032300d06096086480165030402010500",
            "048120",
            "",
        ),
        "outer-indefinite": (
            "an outer length without end",
            "3080300d06096086480165030402010500",
            "0420",
            "0000",
        ),
        "outer-one-more": ("an outer length one too long", "3032300d06096086480165030402010500", "0420", ""),
        "outer-one-less": ("an outer length one too short", "3030300d06096086480165030402010500", "0420", ""),
        "outer-with-more": (
            "a NULL after the digest, inside the sequence",
            "3033300d06096086480165030402010500",
            "0420",
            "0500",
        ),
        "outer-followed": (
            "a NULL after the digest, outside the sequence",
            "3031300d06096086480165030402010500",
            "0420",
            "0500",
        ),
        "outer-as-set": ("a set for the outer sequence", "3131300d06096086480165030402010500", "0420", ""),
        "inner-as-set": ("a set for the inner sequence", "3031310d06096086480165030402010500", "0420", ""),
        "octets-as-bits": ("a bit string for the digest", "3032300d06096086480165030402010500", "032100", ""),
        "octets-constructed": (
            "a constructed octet string",
            "3033300d06096086480165030402010500",
            "24220420",
            "",
        ),
        "octets-length-zero": ("a digest of length zero", "3031300d06096086480165030402010500", "0400", ""),
        "identifier-unknown": (
            "an identifier of no digest",
            "3031300d0609608648016503040263 0500",
            "0420",
            "",
        ),
        "identifier-of-signature": (
            "the identifier of RSA with SHA-256",
            "3031300d06092a864886f70d01010b0500",
            "0420",
            "",
        ),
        "identifier-padded": (
            "an identifier with a leading 80",
            "3032300e060a80608648016503040201 0500",
            "0420",
            "",
        ),
    }
    return [
        (name, about, block(bytes.fromhex(start) + bytes.fromhex(octets) + digest + bytes.fromhex(end)))
        for name, (about, start, octets, end) in spelled.items()
    ]


def _digests(message: bytes, digest: bytes) -> list[Form]:
    names = {
        "md5": "md5",
        "sha-1": "sha1",
        "sha-224": "sha224",
        "sha-384": "sha384",
        "sha-512": "sha512",
        "sha3-256": "sha3_256",
    }
    others = {name: hashlib.new(algorithm, message).digest() for name, algorithm in names.items()}
    found = [
        (
            f"digest-{name}",
            f"digest and identifier of {name}",
            block(bytes.fromhex(OTHER_PREFIXES[name]) + other),
        )
        for name, other in others.items()
    ]
    flipped = bytes([digest[0] ^ 1]) + digest[1:]
    return [
        *found,
        ("digest-without-info", "the bare digest", block(digest)),
        ("digest-flipped", "one bit of the digest flipped", block(SHA256_PREFIX + flipped)),
        ("digest-zero", "a digest of zeros", block(SHA256_PREFIX + bytes(32))),
        ("digest-cut", "a digest without its last byte", block(SHA256_PREFIX[:-1] + b"\x1f" + digest[:-1])),
        (
            "digest-longer",
            "a digest with one byte more",
            block(SHA256_PREFIX[:-1] + b"\x21" + digest + b"\0"),
        ),
        (
            "digest-reversed",
            "the bytes of the digest the other way round",
            block(SHA256_PREFIX + digest[::-1]),
        ),
        (
            "digest-of-sha-1-named-sha-256",
            "a SHA-1 digest under SHA-256",
            block(SHA256_PREFIX[:-1] + b"\x14" + others["sha-1"]),
        ),
        (
            "digest-of-sha-256-named-sha3",
            "a SHA-256 digest under SHA3-256",
            block(bytes.fromhex(OTHER_PREFIXES["sha3-256"]) + digest),
        ),
        (
            "digest-of-sha-256-named-sha-512",
            "a SHA-256 digest under SHA-512",
            block(bytes.fromhex("3031300d06096086480165030402030500") + b"\x04\x20" + digest),
        ),
    ]
