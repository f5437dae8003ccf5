"""Who is calling: a person, a service, or somebody who cannot be identified."""

from __future__ import annotations

from itertools import product

from mint import CLIENT_ID, HOST, SUBJECT, Object, person, service, token
from vector import PERSON, SERVICE, Token, config

from keys import DROP

ANY = config(allow_services="any")


def vectors() -> list[Token]:
    return [*_principals(), *_services()]


def _principals() -> list[Token]:
    """Every combination of the three claims that name somebody: absent, empty, or there."""
    subjects = {"no-sub": DROP, "empty-sub": "", "sub": SUBJECT}
    emails = {"no-email": DROP, "empty-email": "", "email": "user@example.com"}
    names = {"no-name": DROP, "empty-name": "", "name": CLIENT_ID}
    return [_principal(parts) for parts in product(subjects.items(), emails.items(), names.items())]


def _principal(parts: tuple[tuple[str, object], ...]) -> Token:
    spelled = [name for name, _ in parts]
    sub, email, common_name = (value for _, value in parts)
    claims = None
    if spelled == ["sub", "email", "no-name"]:
        claims = PERSON
    elif spelled[2] == "name" and spelled[0] != "sub" and spelled[1] != "email":
        claims = SERVICE
    payload = person(sub=sub, email=email, common_name=common_name)
    return Token(
        f"principal-{'-'.join(spelled)}",
        "principal",
        f"{', '.join(part.replace('-', ' ') for part in spelled)}",
        token(payload=payload),
        "AMBIGUOUS_IDENTITY" if claims is None else "OK",
        claims,
        ANY,
    )


def _services() -> list[Token]:
    def refused(name: str, about: str, allowed: object, **changes: object) -> Token:
        used = None if allowed is None else config(allow_services=allowed)
        return Token(
            f"service-{name}",
            "policy/service",
            about,
            token(payload=service(**changes)),
            "SERVICE_NOT_ALLOWED",
            config=used,
        )

    def allowed(name: str, about: str, used: object, common_name: str = CLIENT_ID) -> Token:
        claims: Object = {
            "kind": "service",
            "common_name": common_name,
            "principal_id": f"{HOST}/service/{common_name}",
        }
        value = token(payload=service(common_name=common_name))
        return Token(
            f"service-{name}", "policy/service", about, value, "OK", claims, config(allow_services=used)
        )

    return [
        refused("by-default", "no service is welcome by default", None),
        refused("empty-list", "an empty list welcomes none", []),
        refused("not-in-list", "another service is in the list", ["0" * 32 + ".access"]),
        refused("in-other-case", "compared byte by byte", [CLIENT_ID.upper()]),
        refused("cut", "a part of its name is in the list", [CLIENT_ID.removesuffix(".access")]),
        refused("longer", "a longer name is in the list", [CLIENT_ID + "x"]),
        refused("star", "a star in the list is a name", ["*"]),
        refused("any-in-list", "the word in a list is a name", ["any"]),
        refused("named-with-space", "a space more in the token", [CLIENT_ID], common_name=CLIENT_ID + " "),
        allowed("in-list", "in the list", [CLIENT_ID]),
        allowed("second-in-list", "the second of the list", ["0" * 32 + ".access", CLIENT_ID]),
        allowed("any", "any service is welcome", "any"),
        allowed(
            "any-other-name",
            "a name of another form, as a client certificate has",
            "any",
            "device 7, of müller",
        ),
        allowed("named-any", "a service of this name", ["any"], "any"),
        allowed("name-in-list-with-space", "a name with a space inside", ["device 7"], "device 7"),
        Token(
            "person-where-services-are-listed",
            "policy/service",
            "the list is about services",
            token(),
            "OK",
            PERSON,
            config(allow_services=[CLIENT_ID]),
        ),
    ]
