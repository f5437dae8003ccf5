"""The groups in the custom claims: those that are listed, none, or not told."""

from __future__ import annotations

from mint import Raw, person, service, token
from vector import PERSON, SERVICE, Token, config

from keys import DROP


def vectors() -> list[Token]:
    named = {"id": "1", "email": "a@b", "name": "staff"}
    return [
        *_listed(
            ("strings", "strings as they are", ["staff", "größe", "a/b"], ["staff", "größe", "a/b"]),
            ("repeated", "each as often as it is listed", ["staff", "staff"], ["staff", "staff"]),
            ("empty-string", "an empty string as it is", [""], [""]),
            ("single-string", "a single string is one group", "staff", ["staff"]),
            ("single-string-with-comma", "a single string is never split", "staff,admin", ["staff,admin"]),
            ("names", "an object by its name", [named], ["staff"]),
            ("emails", "an object by its email", [{"id": "1", "email": "a@b"}], ["a@b"]),
            ("ids", "an object by its id", [{"id": "1", "name": "", "email": None}], ["1"]),
            ("mixed", "a string and an object", ["staff", {"id": "1"}], ["staff", "1"]),
        ),
        *_listed(
            ("empty-list", "an empty list says that there are none", [], []),
            ("null", "null says that there are none", None, []),
        ),
        *_listed(
            ("number-inside", "a list that cannot be read whole", ["staff", 1], None),
            ("null-inside", "a list that cannot be read whole", ["staff", None], None),
            ("list-inside", "a list that cannot be read whole", [["staff"]], None),
            ("unnamed", "an object without a name", ["staff", {"gid": "1"}], None),
            ("empty-names", "an object with empty names", [{"name": "", "email": "", "id": ""}], None),
            ("object", "an object is no list", {"name": "staff"}, None),
            ("false", "false is no list", False, None),
            ("true", "true is no list", True, None),
            ("number", "a number is no list", Raw("1"), None),
        ),
        _custom("absent", "nothing is said about groups", {"department": "it"}, None),
        _custom("in-other-case", "names are compared byte by byte", {"Groups": ["staff"]}, None),
        _custom("nested", "only a member of custom itself", {"custom": {"groups": ["staff"]}}, None),
        _custom("no-custom", "no custom claims", DROP, None),
        _custom("null-custom", "no custom claims", None, None),
        Token(
            "groups-of-service",
            "claims/groups",
            "groups of a service",
            token(payload=service(custom={"groups": ["staff"]})),
            "OK",
            {**SERVICE, "groups": ["staff"]},
            config(allow_services="any"),
        ),
        Token(
            "groups-outside-of-custom",
            "claims/groups",
            "a claim outside of custom is another",
            token(payload=person(groups=["staff"])),
            "OK",
            {**PERSON, "groups": None},
        ),
    ]


def _listed(*cases: tuple[str, str, object, list[str] | None]) -> list[Token]:
    return [_custom(name, about, {"groups": value}, expected) for name, about, value, expected in cases]


def _custom(name: str, about: str, custom: object, expected: list[str] | None) -> Token:
    value = token(payload=person(custom=custom))
    return Token(f"groups-{name}", "claims/groups", about, value, "OK", {**PERSON, "groups": expected})
