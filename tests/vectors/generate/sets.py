"""The key sets that token vectors are verified with, in the shape in which Access serves them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from keys import ACME, ACME_2, ACME_3072, ACME_4096, DOCS_KID, OTHER_TEAM, STRANGER, Jwk, TestKey

MADE = datetime(2025, 12, 1, tzinfo=timezone.utc)
SUBJECT = x509.Name(
    [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
        x509.NameAttribute(NameOID.STATE_OR_PROVINCE_NAME, "Texas"),
        x509.NameAttribute(NameOID.LOCALITY_NAME, "Austin"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test only"),
        x509.NameAttribute(NameOID.COMMON_NAME, "cloudflareaccess.com"),
    ]
)


def certificate(key: TestKey) -> x509.Certificate:
    """A self-signed certificate that is the same every time."""
    builder = x509.CertificateBuilder(subject_name=SUBJECT, issuer_name=SUBJECT, public_key=key.public)
    builder = builder.serial_number(int(key.kid[:16], 16))
    builder = builder.not_valid_before(MADE).not_valid_after(MADE + timedelta(days=379))
    return builder.sign(key.private, SHA256())


def access_document(keys: list[Jwk], certified: list[tuple[str, TestKey]]) -> dict[str, object]:
    """The document of the certs endpoint."""
    certs = [
        {"kid": kid, "cert": certificate(key).public_bytes(Encoding.PEM).decode()} for kid, key in certified
    ]
    return {"keys": keys, "public_cert": certs[0], "public_certs": certs}


# One good key next to others that no token may be verified with, each under the kid that says why.
UNUSABLE: dict[str, Jwk] = {
    "for-encryption": OTHER_TEAM.jwk(kid="for-encryption", use="enc"),
    "for-rsa-oaep": OTHER_TEAM.jwk(kid="for-rsa-oaep", alg="RSA-OAEP"),
    "for-ps512": OTHER_TEAM.jwk(kid="for-ps512", alg="PS512"),
    "only-signs": OTHER_TEAM.jwk(kid="only-signs", key_ops=["sign"]),
    "symmetric": {"kid": "symmetric", "kty": "oct", "alg": "HS256", "k": "c2VjcmV0"},
}
AMBIGUOUS_KID = "one-kid-two-keys"

SETS: dict[str, dict[str, object]] = {
    "acme.jwks.json": access_document([ACME.jwk(), ACME_2.jwk()], [(ACME_2.kid, ACME_2), (ACME.kid, ACME)]),
    "docs.jwks.json": access_document([ACME.jwk(kid=DOCS_KID)], [(DOCS_KID, ACME)]),
    "other.jwks.json": access_document([OTHER_TEAM.jwk()], [(OTHER_TEAM.kid, OTHER_TEAM)]),
    # The keys of acme, marked as those of a local Access.
    "local.jwks.json": access_document(
        [ACME.jwk(cfaccess_local=True), ACME_2.jwk(cfaccess_local=True)],
        [(ACME_2.kid, ACME_2), (ACME.kid, ACME)],
    ),
    "sizes.jwks.json": {"keys": [ACME.jwk(), ACME_3072.jwk(), ACME_4096.jwk()]},
    "mixed.jwks.json": {
        "keys": [
            ACME.jwk(),
            *UNUSABLE.values(),
            OTHER_TEAM.jwk(kid=AMBIGUOUS_KID),
            STRANGER.jwk(kid=AMBIGUOUS_KID),
        ]
    },
}


def files() -> dict[str, str]:
    """Name and text of every key set."""
    return {name: json.dumps(document, indent=2) + "\n" for name, document in SETS.items()}
