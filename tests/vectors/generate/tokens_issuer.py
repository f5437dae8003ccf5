"""Whose token, and for whom: the issuer of the configured team, and one of the configured audiences."""

from __future__ import annotations

from mint import AUDIENCE, ISSUER, OTHER_AUDIENCE, SUBJECT, Object, header, person, token
from vector import PERSON, Token, config

from keys import OTHER_TEAM


def vectors() -> list[Token]:
    return [*_issuer(), *_teams(), *_local(), *_audience()]


def _issuer() -> list[Token]:
    host = "acme.cloudflareaccess.com"
    wrong = {
        "trailing-slash": ISSUER + "/",
        "http": f"http://{host}",
        "no-scheme": host,
        "scheme-relative": f"//{host}",
        "upper-case-host": "https://ACME.cloudflareaccess.com",
        "upper-case-scheme": f"HTTPS://{host}",
        "other-team": "https://other.cloudflareaccess.com",
        "fed": "https://acme.fed.cloudflareaccess.com",
        "longer-host": f"{ISSUER}.evil.example",
        "user-part": f"{ISSUER}@evil.example",
        "port": f"{ISSUER}:443",
        "path": f"{ISSUER}/x",
        "query": f"{ISSUER}?x",
        "fragment": f"{ISSUER}#x",
        "final-dot": f"{ISSUER}.",
        "longer-name": "https://notacme.cloudflareaccess.com",
        "sub-name": "https://x.acme.cloudflareaccess.com",
        "cut": ISSUER[:-1],
        "space-after": ISSUER + " ",
        "space-before": " " + ISSUER,
        "no-break-space": ISSUER + "\u00a0",
        "empty": "",
        "bare-team": "acme",
        "look-alike": "https://\u0430cme.cloudflareaccess.com",
        "saas": f"{ISSUER}/cdn-cgi/access/sso/oidc/{AUDIENCE}",
        "wildcard": "https://*.cloudflareaccess.com",
        "two": f"{ISSUER},{ISSUER}",
        "escaped-percent": "https://acme%2Ecloudflareaccess.com",
    }
    return [
        Token(
            f"issuer-{name}",
            "policy/issuer",
            f"issued by {iss!r}",
            token(payload=person(iss=iss)),
            "WRONG_ISSUER",
        )
        for name, iss in wrong.items()
    ]


def _local() -> list[Token]:
    """The team of a local Access, whose keys are marked."""
    host = "cfaccess-local.cloudflareaccess.com"
    local: Object = {"team": "cfaccess-local", "audiences": [AUDIENCE]}
    claims: Object = {
        "kind": "person",
        "issuer": f"https://{host}",
        "principal_id": f"{host}/person/{SUBJECT}",
    }
    issued = token(payload=person(iss=f"https://{host}"))
    keys = "local.jwks.json"
    return [
        Token("team-local", "policy/issuer", "a local Access", issued, "OK", claims, local, keys),
        Token(
            "team-local-of-real",
            "policy/issuer",
            "a token of a real team at the local one",
            token(),
            "WRONG_ISSUER",
            config=local,
            keys=keys,
        ),
        Token("team-real-of-local", "policy/issuer", "and the other way round", issued, "WRONG_ISSUER"),
    ]


def _teams() -> list[Token]:
    fed = "https://acme.fed.cloudflareaccess.com"
    fed_person: Object = {
        "kind": "person",
        "issuer": fed,
        "principal_id": f"acme.fed.cloudflareaccess.com/person/{SUBJECT}",
    }
    other: Object = {"team": "other", "audiences": [AUDIENCE]}
    found = [
        Token(
            f"team-spelled-{index}",
            "policy/issuer",
            "one team, named in another way",
            token(),
            "OK",
            {**PERSON, "issuer": ISSUER},
            config(team=team),
        )
        for index, team in enumerate(
            [
                "ACME",
                "acme.cloudflareaccess.com",
                "https://acme.cloudflareaccess.com",
                "https://acme.cloudflareaccess.com/",
            ],
            1,
        )
    ]
    return [
        *found,
        Token(
            "team-fed",
            "policy/issuer",
            "a team of the fed form",
            token(payload=person(iss=fed)),
            "OK",
            fed_person,
            config(team="acme.fed.cloudflareaccess.com"),
        ),
        Token(
            "team-fed-plain-token",
            "policy/issuer",
            "a plain token for a team of the fed form",
            token(),
            "WRONG_ISSUER",
            config=config(team="acme.fed.cloudflareaccess.com"),
        ),
        Token(
            "team-other-issuer-own-key",
            "policy/issuer",
            "the other team's name under this team's key",
            token(payload=person(iss="https://other.cloudflareaccess.com")),
            "WRONG_ISSUER",
        ),
        Token(
            "team-own-issuer-other-key",
            "header/kid",
            "this team's name under the other team's key",
            token(header(kid=OTHER_TEAM.kid), key=OTHER_TEAM),
            "UNKNOWN_KEY",
            signer=OTHER_TEAM,
        ),
        Token(
            "team-other",
            "policy/issuer",
            "a token of the other team at the other team",
            token(header(kid=OTHER_TEAM.kid), person(iss="https://other.cloudflareaccess.com"), OTHER_TEAM),
            "OK",
            {"kind": "person", "principal_id": f"other.cloudflareaccess.com/person/{SUBJECT}"},
            other,
            "other.jwks.json",
            signer=OTHER_TEAM,
        ),
        Token(
            "team-keys-exchanged",
            "policy/issuer",
            "keys of one team in a verifier of the other",
            token(header(kid=OTHER_TEAM.kid), person(iss="https://other.cloudflareaccess.com"), OTHER_TEAM),
            "WRONG_ISSUER",
            keys="other.jwks.json",
            signer=OTHER_TEAM,
        ),
    ]


def _audience() -> list[Token]:
    wrong: dict[str, object] = {
        "other-application": [OTHER_AUDIENCE],
        "other-as-string": OTHER_AUDIENCE,
        "empty-list": [],
        "empty-string": "",
        "list-of-empty": [""],
        "upper-case": [AUDIENCE.upper()],
        "upper-case-string": AUDIENCE.upper(),
        "cut": [AUDIENCE[:-1]],
        "cut-front": [AUDIENCE[1:]],
        "longer": [AUDIENCE + "0"],
        "space-before": [" " + AUDIENCE],
        "space-after": [AUDIENCE + " "],
        "two-in-one": f"{AUDIENCE},{OTHER_AUDIENCE}",
        "two-in-one-with-space": f"{AUDIENCE} {OTHER_AUDIENCE}",
        "wildcard": ["*"],
        "json-in-string": f'["{AUDIENCE}"]',
        "issuer": [ISSUER],
        "two-others": [OTHER_AUDIENCE, "x"],
        "format-character": [AUDIENCE + "\u200b"],
    }
    both = config(audiences=[OTHER_AUDIENCE, AUDIENCE])
    named = config(audiences=["My-App"])
    letter = config(audiences=["caf\u00e9"])
    return [
        *(
            Token(
                f"audience-is-{name}",
                "policy/audience",
                "for somebody else",
                token(payload=person(aud=aud)),
                "WRONG_AUDIENCE",
            )
            for name, aud in wrong.items()
        ),
        Token(
            "audience-of-two-configured",
            "policy/audience",
            "one of two that are configured",
            token(),
            "OK",
            PERSON,
            both,
        ),
        Token(
            "audience-of-two-configured-neither",
            "policy/audience",
            "neither of two",
            token(payload=person(aud=["x", "y"])),
            "WRONG_AUDIENCE",
            config=both,
        ),
        Token(
            "audience-by-name",
            "policy/audience",
            "an audience that is no tag",
            token(payload=person(aud="My-App")),
            "OK",
            PERSON,
            named,
        ),
        Token(
            "audience-by-name-case",
            "policy/audience",
            "compared byte by byte",
            token(payload=person(aud="my-app")),
            "WRONG_AUDIENCE",
            config=named,
        ),
        Token(
            "audience-composed",
            "policy/audience",
            "a letter outside ASCII",
            token(payload=person(aud="caf\u00e9")),
            "OK",
            PERSON,
            letter,
        ),
        Token(
            "audience-decomposed",
            "policy/audience",
            "the same letter in two characters",
            token(payload=person(aud="cafe\u0301")),
            "WRONG_AUDIENCE",
            config=letter,
        ),
    ]
