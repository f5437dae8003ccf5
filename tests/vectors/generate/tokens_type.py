"""Which kind of token: an application token, or another that the same key signs."""

from __future__ import annotations

from mint import AUDIENCE, CLIENT_ID, ISSUER, NOW, OTHER_AUDIENCE, Object, Raw, older, person, service, token
from vector import Token, config

from keys import DROP

ANY = config(allow_services="any")


def vectors() -> list[Token]:
    return [*_type(), *_kinds()]


def _type() -> list[Token]:
    def wrong(name: str, about: str, payload: Object) -> Token:
        return Token(
            f"type-{name}", "policy/type", about, token(payload=payload), "WRONG_TOKEN_TYPE", config=ANY
        )

    spelled = [
        "org",
        "meta",
        "match",
        "App",
        "APP",
        "",
        "app ",
        " app",
        "apps",
        "application",
        "id_token",
        "app,org",
        "null",
    ]
    return [
        *(
            wrong(f"spelled-{index}", f"the type {value!r}", person(type=value))
            for index, value in enumerate(spelled, 1)
        ),
        wrong("missing", "a person of today without a type", person(type=DROP)),
        wrong("missing-nothing-else", "no type, no session", person(type=DROP, identity_nonce=DROP)),
        wrong("missing-both-nonces", "no type, and both kinds of nonce", older(identity_nonce="a")),
        wrong(
            "missing-identity-nonce-empty", "no type, and an empty identity nonce", older(identity_nonce="")
        ),
        wrong("missing-nonce-empty", "no type, and an empty nonce", older(nonce="")),
        wrong("missing-nonce-null", "no type, and no nonce", older(nonce=None)),
        wrong("missing-service", "a service without a type", service(type=DROP)),
        wrong(
            "missing-service-with-nonce",
            "a service without a type, with a nonce",
            service(type=DROP, nonce="a"),
        ),
        wrong(
            "missing-common-name", "the older shape with the name of a service", older(common_name=CLIENT_ID)
        ),
        wrong(
            "missing-common-name-empty",
            "the older shape with an empty name of a service",
            older(common_name=""),
        ),
        wrong("missing-email", "the older shape without e-mail", older(email=DROP)),
        wrong("missing-email-empty", "the older shape with an empty e-mail", older(email="")),
        wrong("missing-sub", "the older shape without a sub", older(sub=DROP)),
        wrong("missing-sub-empty", "the older shape with an empty sub", older(sub="")),
        wrong("older-org", "the older shape with another type", older(type="org")),
    ]


def _kinds() -> list[Token]:
    """Other tokens that the same key signs."""
    org: Object = {
        "aud": [OTHER_AUDIENCE],
        "email": "admin@example.com",
        "account_id": "699d98642c564d2e855e9661899b7252",
        "exp": NOW + 60,
        "iat": NOW,
        "nbf": NOW,
        "iss": ISSUER,
        "sub": "ca639bb9-26ab-42e5-b9bf-3aea27b331fd",
        "identity": {},
        "type": "org",
        "identity_nonce": "Ab12G3z456mABkDe",
    }
    meta: Object = {
        "service_token_status": False,
        "iat": NOW,
        "service_token_id": "",
        "aud": AUDIENCE,
        "hostname": "app.example.com",
        "app_session_hash": "0" * 64,
        "nbf": NOW,
        "is_warp": False,
        "is_gateway": False,
        "type": "meta",
        "redirect_url": Raw(r'"\/"'),
        "mtls_auth": {
            "cert_issuer_ski": "",
            "cert_presented": False,
            "cert_serial": "",
            "cert_issuer_dn": "",
            "auth_status": "NONE",
        },
        "auth_status": "NONE",
    }
    match: Object = {
        "type": "match",
        "hostname": "app.example.com",
        "auth_domain": "acme.cloudflareaccess.com",
        "aud": AUDIENCE,
        "app_hostname": "app.example.com",
        "iat": NOW,
    }
    evaluation: Object = {"identity": {"email": "user@example.com"}, "nonce": "a", "exp": NOW + 60}
    old_service: Object = {
        "aud": AUDIENCE,
        "exp": NOW + 60,
        "iss": ISSUER,
        "common_name": CLIENT_ID,
        "iat": NOW,
        "sub": "",
    }
    whole: Object = {"iss": ISSUER, "exp": NOW + 60}

    def kind(name: str, about: str, payload: Object, status: str) -> Token:
        return Token(f"kind-{name}", "policy/type", about, token(payload=payload), status, config=ANY)

    return [
        kind("org", "a global session", org, "WRONG_AUDIENCE"),
        kind(
            "org-this-audience",
            "a global session for this audience",
            {**org, "aud": [AUDIENCE]},
            "WRONG_TOKEN_TYPE",
        ),
        kind("meta", "a login page's parameter", meta, "MISSING_CLAIM"),
        kind("meta-whole", "the same with issuer and expiry", {**meta, **whole}, "WRONG_TOKEN_TYPE"),
        kind("match", "the metadata of an application", match, "MISSING_CLAIM"),
        kind("match-whole", "the same with issuer and expiry", {**match, **whole}, "WRONG_TOKEN_TYPE"),
        kind("evaluation", "a request for an evaluation", evaluation, "MISSING_CLAIM"),
        kind(
            "evaluation-whole",
            "the same with all required claims",
            {**evaluation, **whole, "iat": NOW, "aud": AUDIENCE},
            "WRONG_TOKEN_TYPE",
        ),
        kind("old-service", "a service token of the older shape", old_service, "WRONG_TOKEN_TYPE"),
    ]
