"""What the tests share: the keys of the vectors, and tokens minted with them by another implementation."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import cfaccess
import pytest
from cfaccess import AccessError, Claims, Keys, Verifier

REPOSITORY = Path(__file__).resolve().parents[3]
VECTORS = REPOSITORY / "tests" / "vectors"

NOW = 1_767_225_600
AUDIENCE = "32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228"
ISSUER = "https://acme.cloudflareaccess.com"
CLIENT_ID = "e367826f93b8d71185e03fe518aff3b4.access"


@cache
def signing_key(name: str) -> Any:
    """A private key of the vectors, such as `acme-1`."""
    pytest.importorskip("cryptography", reason="the Python package cryptography is missing")
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    return load_pem_private_key((VECTORS / "keys" / f"{name}.pem").read_bytes(), password=None)


@cache
def key_id(name: str) -> str:
    """The `kid` as Access makes it: the digest of the public key."""
    key = signing_key(name)
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(public).hexdigest()


def certs(*names: str) -> str:
    """A key document with the public halves of these keys."""
    return json.dumps({"keys": [_public_jwk(name) for name in names]})


def _public_jwk(name: str) -> dict[str, str]:
    numbers = signing_key(name).public_key().public_numbers()
    modulus = numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")
    return {
        "kid": key_id(name),
        "kty": "RSA",
        "alg": "RS256",
        "use": "sig",
        "e": "AQAB",
        "n": base64url(modulus),
    }


def person(**changes: Any) -> dict[str, Any]:
    """The claims of the person that all tests share, for an hour; a change to `None` removes the claim."""
    claims = json.loads((VECTORS / "person.json").read_bytes())
    return _without_none({**claims, "exp": NOW + 3600, **changes})


def service(**changes: Any) -> dict[str, Any]:
    """The claims of a service's token."""
    claims = {
        "type": "app",
        "iss": ISSUER,
        "aud": [AUDIENCE],
        "sub": "",
        "common_name": CLIENT_ID,
        "iat": NOW - 60,
        "exp": NOW + 3600,
    }
    return _without_none({**claims, **changes})


def _without_none(claims: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if value is not None}


def mint(claims: dict[str, Any], key: str = "acme-1", **header: Any) -> str:
    """A token with these claims, signed by this key of the vectors."""
    header = {"alg": "RS256", "kid": key_id(key), "typ": "JWT", **header}
    signed = f"{base64url(json.dumps(header).encode())}.{base64url(json.dumps(claims).encode())}"
    return f"{signed}.{base64url(_sign(key, signed.encode()))}"


def fresh(key: str = "acme-1", **changes: Any) -> str:
    """A person's token that is valid now."""
    now = int(time.time())
    return mint(person(**{"iat": now - 60, "nbf": now - 60, "exp": now + 3600, **changes}), key)


def _sign(name: str, message: bytes) -> bytes:
    key = signing_key(name)
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    signature: bytes = key.sign(message, PKCS1v15(), SHA256())
    return signature


def base64url(data: bytes) -> str:
    """Without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def new_verifier(keys: Keys, **options: Any) -> Verifier:
    """A verifier of the team `acme`, with these options over the usual ones."""
    return Verifier(**{"team": "acme", "audiences": [AUDIENCE], "keys": keys, **options})


def status_of(call: Callable[[], object]) -> str:
    """How a call ends: `OK`, or the status of its refusal."""
    try:
        call()
    except AccessError as error:
        return error.status
    return "OK"


def library_for_tests(name: str) -> Path:
    """A library with a test-only feature, such as `make failpoint` builds."""
    path = REPOSITORY / "target" / name / "libcfaccess.so"
    if not path.is_file():
        pytest.skip(f"a library for tests is missing ({path}); `make {name}` builds it")
    return path


def output_with(library: Path, program: str, *arguments: str) -> str:
    """What a Python program prints in a new process that uses this library."""
    run = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={
            **os.environ,
            "CFACCESS_LIBRARY": str(library),
            "PYTHONPATH": str(Path(cfaccess.__file__).parents[1]),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def in_child(check: Callable[[], bool]) -> bool:
    """What the check says in a forked child, which ends without any clean-up of the parent's."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if check() else 1)
        finally:
            os._exit(2)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def vectors(name: str) -> dict[str, Any]:
    """One file of the shared vectors."""
    path = VECTORS / f"{name}.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def joined(segments: str | list[dict[str, Any]]) -> bytes:
    """The bytes that a vector writes as text or as a list of segments."""
    if isinstance(segments, str):
        return segments.encode()
    return b"".join(_segment(segment) * segment.get("times", 1) for segment in segments)


def _segment(segment: dict[str, Any]) -> bytes:
    return bytes.fromhex(segment["hex"]) if "hex" in segment else segment["text"].encode()


def attributes(claims: Claims) -> dict[str, Any]:
    """Every attribute of the claims, by its name."""
    return {
        name: getattr(claims, name) for name in dir(Claims) if isinstance(getattr(Claims, name), property)
    }


def plugin() -> list[str]:
    """Names the fixtures of the package to pytest, which finds those of an installed one by itself."""
    try:
        importlib.metadata.distribution("cfaccess")
    except importlib.metadata.PackageNotFoundError:
        return ["-p", "cfaccess._pytest"]
    return []
