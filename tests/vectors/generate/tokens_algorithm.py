"""The algorithm: RS256 and no other, whatever the token says about itself."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA384, SHA512
from cryptography.hazmat.primitives.serialization import Encoding
from mint import Raw, attach, dump, header, person, signing_input, token
from sets import certificate
from vector import PERSON, Token

from keys import ACME, DROP, TestKey, number


def vectors() -> list[Token]:
    return [*_alg(), *_symmetric(), *_others()]


def _alg() -> list[Token]:
    typed = [
        ("missing", DROP),
        ("null", None),
        ("number", 5),
        ("array", ["RS256"]),
        ("object", {"RS256": None}),
        ("true", True),
    ]
    none = ["none", "None", "nOnE", "NONE"]
    spelled = [
        "rs256",
        "Rs256",
        "RS256 ",
        " RS256",
        "RS256\0",
        "RS256\n",
        "RS-256",
        "RS2560",
        "RS25",
        "",
        "RSA",
        "RSA-OAEP",
        "dir",
        "*",
    ]
    named = ["HS256", "HS384", "HS512", "ES256", "ES384", "EdDSA", "Ed25519", "ML-DSA-65", "PS256", "RS1"]
    look_alike = "\uff32\uff33256"
    capitals = [
        (
            "alg-in-capitals-alone",
            "names are compared with regard to case",
            header(alg=DROP, ALG="RS256"),
            "MALFORMED",
        ),
        (
            "alg-capitalised-alone",
            "names are compared with regard to case",
            header(alg=DROP, Alg="RS256"),
            "MALFORMED",
        ),
        ("alg-in-capitals-too", "an unknown name next to the known one", header(ALG="none"), "OK"),
        ("alg-capitalised-too", "an unknown name next to the known one", header(Alg="HS256"), "OK"),
        (
            "alg-escaped-value",
            "an escape is the character it stands for",
            header(alg=Raw(r'"RS\u0032\u00356"')),
            "OK",
        ),
        ("alg-escaped-name", "the same in a name", {**header(alg=DROP), Raw(r'"\u0061lg"'): "RS256"}, "OK"),
    ]
    unsupported = "UNSUPPORTED_ALGORITHM"
    return [
        *(
            Token(f"alg-{name}", "header/alg", f"alg is {name}", token(header(alg=value)), "MALFORMED")
            for name, value in typed
        ),
        *(
            Token(
                f"alg-none-{index}",
                "header/alg",
                f"{value!r} over a good signature",
                token(header(alg=value)),
                unsupported,
            )
            for index, value in enumerate(none, 1)
        ),
        *(
            Token(
                f"alg-none-{index}-garbage",
                "header/alg",
                f"{value!r} over garbage",
                _unsigned(value),
                unsupported,
                signer=None,
            )
            for index, value in enumerate(none, 1)
        ),
        *(
            Token(
                f"alg-spelled-{index}",
                "header/alg",
                f"{value!r} is not RS256",
                token(header(alg=value)),
                unsupported,
            )
            for index, value in enumerate([*spelled, look_alike], 1)
        ),
        *(
            Token(
                f"alg-{value.lower()}-named",
                "header/alg",
                f"{value} named, RS256 signed",
                token(header(alg=value)),
                unsupported,
            )
            for value in named
        ),
        *(
            Token(name, "header/alg", about, token(head), status, PERSON if status == "OK" else None)
            for name, about, head, status in capitals
        ),
    ]


def _unsigned(alg: str) -> bytes:
    return signing_input(header(alg=alg), person()) + b".Z2FyYmFnZQ"


def _symmetric() -> list[Token]:
    secrets = {
        "spki-pem": ACME.spki(Encoding.PEM),
        "spki-pem-trimmed": ACME.spki(Encoding.PEM).strip(),
        "spki-der": ACME.spki(Encoding.DER),
        "pkcs1-pem": ACME.pkcs1(Encoding.PEM),
        "pkcs1-der": ACME.pkcs1(Encoding.DER),
        "certificate-pem": certificate(ACME).public_bytes(Encoding.PEM),
        "certificate-der": certificate(ACME).public_bytes(Encoding.DER),
        "jwk": dump(ACME.jwk()),
        "modulus": ACME.modulus.to_bytes(256, "big"),
        "modulus-text": number(ACME.modulus).encode(),
        "kid": ACME.kid.encode(),
        "empty": b"",
    }
    message = signing_input(header(alg="HS256"), person())
    return [
        Token(
            f"hs256-with-{name}",
            "header/alg",
            f"HS256 with the public key as secret: {name}",
            attach(message, hmac.new(secret, message, hashlib.sha256).digest()),
            "UNSUPPORTED_ALGORITHM",
            signer=None,
        )
        for name, secret in secrets.items()
    ]


def _others() -> list[Token]:
    """Other algorithms, rightly signed by the key that the header names."""
    signers: dict[str, Callable[[bytes], bytes]] = {
        "RS384": lambda message: ACME.private.sign(message, padding.PKCS1v15(), SHA384()),
        "RS512": lambda message: ACME.private.sign(message, padding.PKCS1v15(), SHA512()),
        "PS256": lambda message: pss(ACME, message, hashlib.sha256),
        "PS384": lambda message: pss(ACME, message, hashlib.sha384),
        "PS512": lambda message: pss(ACME, message, hashlib.sha512),
    }
    return [
        Token(
            f"alg-{alg.lower()}-signed",
            "header/alg",
            f"a right {alg} signature of the named key",
            attach(message, sign_so(message)),
            "UNSUPPORTED_ALGORITHM",
            signer=None,
        )
        for alg, sign_so in signers.items()
        for message in [signing_input(header(alg=alg), person())]
    ]


def pss(key: TestKey, message: bytes, digest: Callable[[bytes], hashlib._Hash]) -> bytes:
    """RSASSA-PSS (RFC 8017, 9.1.1) with a salt made from the message, so that it is the same every time."""
    hashed = digest(message).digest()
    size = len(hashed)
    salt = digest(b"salt" + message).digest()
    mask_input = digest(bytes(8) + hashed + salt).digest()
    block = bytes(key.size - size - size - 2) + b"\x01" + salt
    blocks = range(-(-len(block) // size))
    mask = b"".join(digest(mask_input + index.to_bytes(4, "big")).digest() for index in blocks)
    masked = bytearray(left ^ right for left, right in zip(block, mask))
    masked[0] &= 0x7F
    encoded = int.from_bytes(bytes(masked) + mask_input + b"\xbc", "big")
    return pow(encoded, key.private.private_numbers().d, key.modulus).to_bytes(key.size, "big")
