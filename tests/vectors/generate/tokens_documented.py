"""The tokens that Cloudflare documents, each seen at its own time, and everything that is read from them."""

from __future__ import annotations

from mint import AUDIENCE, CLIENT_ID, SUBJECT, Object, header, token
from vector import Token

from keys import DOCS_KID

DOCUMENTED_AT = 1659474397
DOCUMENTED: Object = {"team": "yourteam", "audiences": [AUDIENCE]}
YOUR_ISSUER = "https://yourteam.cloudflareaccess.com"
YOUR_HOST = "yourteam.cloudflareaccess.com"


def vectors() -> list[Token]:
    return [*_documented()]


def _documented() -> list[Token]:
    now = DOCUMENTED_AT + 20
    head = header(kid=DOCS_KID)
    person_claims: Object = {
        "aud": [AUDIENCE],
        "email": "user@example.com",
        "exp": DOCUMENTED_AT + 60,
        "iat": DOCUMENTED_AT,
        "nbf": DOCUMENTED_AT,
        "iss": YOUR_ISSUER,
        "type": "app",
        "identity_nonce": "6ei69kawdKzMIAPF",
        "sub": SUBJECT,
        "country": "US",
    }
    service_claims: Object = {
        "type": "app",
        "aud": [AUDIENCE],
        "exp": DOCUMENTED_AT + 60,
        "iss": YOUR_ISSUER,
        "common_name": CLIENT_ID,
        "iat": DOCUMENTED_AT,
        "sub": "",
    }
    nonce = "1d8082644c9d48ae90ac4c1a5a6f5b4b4b8b2ef4c1a3f7d6e59c0b1a2d3e4f50"
    older_claims: Object = {
        "aud": [AUDIENCE],
        "email": "user@example.com",
        "exp": 1519418214,
        "iat": 1519331815,
        "iss": YOUR_ISSUER,
        "nonce": nonce,
        "sub": SUBJECT,
    }
    read_person: Object = {
        "kind": "person",
        "issuer": YOUR_ISSUER,
        "subject": SUBJECT,
        "email": "user@example.com",
        "common_name": None,
        "audiences": [AUDIENCE],
        "issued_at": DOCUMENTED_AT,
        "not_before": DOCUMENTED_AT,
        "expires_at": DOCUMENTED_AT + 60,
        "identity_nonce": "6ei69kawdKzMIAPF",
        "nonce": None,
        "session": "6ei69kawdKzMIAPF",
        "country": "US",
        "token_type": "app",
        "principal_id": f"{YOUR_HOST}/person/{SUBJECT}",
        "custom": None,
        "payload": person_claims,
    }
    read_service: Object = {
        **read_person,
        "kind": "service",
        "subject": "",
        "email": None,
        "common_name": CLIENT_ID,
        "not_before": None,
        "identity_nonce": None,
        "session": None,
        "country": None,
        "principal_id": f"{YOUR_HOST}/service/{CLIENT_ID}",
        "payload": service_claims,
    }
    read_older: Object = {
        **read_person,
        "issued_at": 1519331815,
        "not_before": None,
        "expires_at": 1519418214,
        "identity_nonce": None,
        "nonce": nonce,
        "session": nonce,
        "country": None,
        "token_type": None,
        "payload": older_claims,
    }
    services: Object = {**DOCUMENTED, "allow_services": [CLIENT_ID]}
    docs = "docs.jwks.json"
    return [
        Token(
            "documented-person",
            "claims",
            "the documented token of a person, seen at its own time",
            token(head, person_claims),
            "OK",
            read_person,
            DOCUMENTED,
            docs,
            now,
        ),
        Token(
            "documented-service",
            "claims",
            "the documented token of a service, seen at its own time",
            token(head, service_claims),
            "OK",
            read_service,
            services,
            docs,
            now,
        ),
        Token(
            "documented-older-shape",
            "claims",
            "the documented token of the older shape, seen at its own time",
            token(head, older_claims),
            "OK",
            read_older,
            DOCUMENTED,
            docs,
            1519331815 + 100,
        ),
    ]
