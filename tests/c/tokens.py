"""The header tokens.h: tokens of the shared vectors, one that is valid now, and the names of the strings of
claims.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from pathlib import Path
from typing import Any

# The vectors that the programs use, as TOKEN_PERSON and so on.
USED = (
    "person",
    "second-key",
    "kid-of-nobody",
    "older-shape",
    "custom",
    "audiences-64",
    "policy-id",
    "service",
    "audience-is-other-application",
    "kind-org-this-audience",
    "alg-none-1",
    "signature-middle-bit",
)

BLOCK = Path(__file__).resolve().parents[1] / "abi" / "block.txt"

# DigestInfo of a SHA-256 digest (RFC 8017 section 9.2).
SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")


def write_header(path: Path, vectors: Path) -> None:
    document = json.loads((vectors / "tokens.json").read_text())
    defaults = document["defaults"]
    tokens = {vector["name"]: vector["token"] for vector in document["vectors"]}
    strings = {
        "TEAM": defaults["config"]["team"],
        "AUDIENCE": defaults["config"]["audiences"][0],
        "VECTORS": str(vectors),
        "KEYS_FILE": str(vectors / defaults["keys"]),
        "OTHER_KEYS_FILE": str(vectors / "other.jwks.json"),
        "MIXED_KEYS_FILE": str(vectors / "mixed.jwks.json"),
        "TOKEN_GOOD_NOW": good_now(vectors),
        **{"TOKEN_" + name.upper().replace("-", "_"): text(tokens[name]) for name in USED},
    }
    lines = [f"#define {name} {json.dumps(value)}" for name, value in strings.items()]
    lines += [f"#define NOW INT64_C({defaults['now']})", *strings_of_claims(), ""]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines))


def strings_of_claims() -> list[str]:
    """Lists of the strings in the block of claims, for macros that want each."""
    names = [line.split()[1] for line in BLOCK.read_text().splitlines()]
    audiences = names.index("audiences")
    parts = {"BEFORE": names[:audiences], "AFTER": names[audiences + 1 :]}
    return [
        f"#define STRINGS_{where}_AUDIENCES(EACH) " + " ".join(f"EACH({name})" for name in part)
        for where, part in parts.items()
    ]


def text(value: str | list[dict[str, Any]]) -> str:
    """A token of the vectors that can be written as a C string."""
    if isinstance(value, str):
        return value
    return "".join(segment["text"] * segment.get("times", 1) for segment in value)


def usual_audience(vectors: Path) -> str:
    document = json.loads((vectors / "tokens.json").read_text())
    return str(document["defaults"]["config"]["audiences"][0])


def good_now(vectors: Path) -> str:
    """A person's token that is valid from now on for an hour."""
    document = json.loads((vectors / "tokens.json").read_text())
    vector = next(vector for vector in document["vectors"] if vector["name"] == "person")
    header = text(vector["token"]).partition(".")[0]
    now = int(time.time())
    claims = {**vector["claims"]["payload"], "iat": now, "nbf": now, "exp": now + 3600}
    signing_input = f"{header}.{base64url(json.dumps(claims).encode())}"
    return f"{signing_input}.{base64url(sign(signing_input.encode(), vectors / 'keys' / 'acme-1.pem'))}"


def sign(message: bytes, key_file: Path) -> bytes:
    """RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 section 8.2.1), for test keys only: it hides no timing."""
    modulus, private_exponent = private_key(key_file)
    size = (modulus.bit_length() + 7) // 8
    digest = SHA256_PREFIX + hashlib.sha256(message).digest()
    padded = b"\x00\x01" + b"\xff" * (size - 3 - len(digest)) + b"\x00" + digest
    return pow(int.from_bytes(padded, "big"), private_exponent, modulus).to_bytes(size, "big")


def private_key(key_file: Path) -> tuple[int, int]:
    """Modulus and private exponent of a PKCS #8 file: RSAPrivateKey lies in the third element (RFC 5208)."""
    lines = key_file.read_text().splitlines()
    (outer,) = elements(base64.b64decode("".join(line for line in lines if not line.startswith("-----"))))
    (rsa,) = elements(elements(outer)[2])
    _version, modulus, _public_exponent, private_exponent = map(integer, elements(rsa)[:4])
    return modulus, private_exponent


def elements(der: bytes) -> list[bytes]:
    """The contents of the DER elements that follow one another."""
    found = []
    while der:
        length, begin = der[1], 2
        if length & 0x80:
            begin += length & 0x7F
            length = integer(der[2:begin])
        found.append(der[begin : begin + length])
        der = der[begin + length :]
    return found


def integer(big_endian: bytes) -> int:
    return int.from_bytes(big_endian, "big")


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
