"""What a vector is: an input, the status it must get, and what is said about it."""

from __future__ import annotations

from dataclasses import dataclass

from mint import AUDIENCE, CLIENT_ID, HOST, ISSUER, SUBJECT, TEAM, Object
from segments import encode

from keys import ACME, TestKey

PERSON: Object = {"kind": "person", "principal_id": f"{HOST}/person/{SUBJECT}"}
SERVICE: Object = {"kind": "service", "principal_id": f"{HOST}/service/{CLIENT_ID}"}


@dataclass(frozen=True)
class Token:
    """A token and its verdict; `signer`, which is not written, is the key whose signature must hold.

    The `message` of a refusal is given where the status alone does not tell what to do.
    """

    name: str
    rule: str
    about: str
    token: bytes
    status: str
    claims: Object | None = None
    config: Object | None = None
    keys: str | None = None
    now: int | None = None
    signer: TestKey | None = ACME
    message: str | None = None

    def members(self) -> Object:
        optional: Object = {"config": self.config, "keys": self.keys, "now": self.now}
        return {
            "name": self.name,
            "rule": self.rule,
            "about": self.about,
            **{name: value for name, value in optional.items() if value is not None},
            "token": encode(self.token),
            "status": self.status,
            **({} if self.claims is None else {"claims": self.claims}),
            **({} if self.message is None else {"message": self.message}),
        }


@dataclass(frozen=True)
class Request:
    """Headers and their verdict; `read`, which is not written, is the token that must be read."""

    name: str
    rule: str
    about: str
    headers: list[tuple[str, bytes]]
    status: str
    claims: Object | None = None
    config: Object | None = None
    now: int | None = None
    read: bytes | None = None

    def members(self) -> Object:
        optional: Object = {"config": self.config, "now": self.now}
        return {
            "name": self.name,
            "rule": self.rule,
            "about": self.about,
            **{name: value for name, value in optional.items() if value is not None},
            "headers": [[name, encode(value)] for name, value in self.headers],
            "status": self.status,
            **({} if self.claims is None else {"claims": self.claims}),
        }


@dataclass(frozen=True)
class Document:
    """A key document, which of its keys are used (sorted) and which are skipped (in order), and whether it is
    marked as that of a local Access."""

    name: str
    rule: str
    about: str
    document: bytes
    status: str
    keys: list[str] | None = None
    skipped: list[str | None] | None = None
    local: bool = False

    def members(self) -> Object:
        listed: Object = (
            {} if self.keys is None else {"keys": sorted(self.keys), "skipped": self.skipped or []}
        )
        return {
            "name": self.name,
            "rule": self.rule,
            "about": self.about,
            "document": encode(self.document),
            "status": self.status,
            **listed,
            **({"local": True} if self.local else {}),
        }


@dataclass(frozen=True)
class Configuration:
    """What an application says it accepts, and the issuer and the number of warnings that come of it.

    The `keys` are those of acme unless a file with others is named.
    """

    name: str
    rule: str
    about: str
    config: Object
    status: str
    issuer: str | None = None
    warnings: int = 0
    keys: str | None = None

    def members(self) -> Object:
        listed: Object = {} if self.issuer is None else {"issuer": self.issuer, "warnings": self.warnings}
        return {
            "name": self.name,
            "rule": self.rule,
            "about": self.about,
            "config": self.config,
            **({} if self.keys is None else {"keys": self.keys}),
            "status": self.status,
            **listed,
        }


@dataclass(frozen=True)
class Address:
    """Where the keys of a team are said to be, and whether that is taken."""

    name: str
    rule: str
    about: str
    team: str
    local: str | None
    status: str

    def members(self) -> Object:
        return {
            "name": self.name,
            "rule": self.rule,
            "about": self.about,
            "team": self.team,
            **({} if self.local is None else {"local": self.local}),
            "status": self.status,
        }


def config(**changes: object) -> Object:
    """The configuration of most vectors, changed or extended."""
    return {"team": TEAM, "audiences": [AUDIENCE], **changes}


def fine(
    name: str, rule: str, about: str, used: Object, issuer: str = ISSUER, warnings: int = 0
) -> Configuration:
    return Configuration(name, rule, about, used, "OK", issuer, warnings)


def wrong(name: str, rule: str, about: str, used: Object) -> Configuration:
    return Configuration(name, rule, about, used, "INVALID_CONFIG")
