"""A store of a test, and what the program does with it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import endpoint as fixture

from .program import AUDIENCE, VECTORS, Ended, run

PERSON = "user@example.com"
SUBJECT = "7335d417-61da-459d-899c-0a01c76a2f94"
SESSION = "6ei69kawdKzMIAPF"
SERVICE = "e367826f93b8d71185e03fe518aff3b4.access"
KEYS = f"--keys={VECTORS / 'acme.jwks.json'}"


class Store:
    """In a file of its own, for the team `acme`."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "revocations.db"
        self.url = f"sqlite:{self.path}"
        self.env = {"CFACCESS_STORE_URL": self.url, "CFACCESS_TEAM": "acme", "USER": "tester"}

    def run(self, *arguments: str, stdin: str = "", env: Mapping[str, str] | None = None) -> Ended:
        return run(*arguments, stdin=stdin, env={**self.env, **(env or {})})

    def entries(self, *arguments: str) -> list[Any]:
        ended = self.run("revocations", "list", "--json", *arguments)
        assert ended.code == 0, ended
        found: list[Any] = ended.json["entries"]
        return found

    def entry(self) -> Any:
        """The only one."""
        (entry,) = self.entries("--all")
        return entry

    def status(self, token: str | None = None) -> str:
        """What a token gets; that of the usual person unless another is given."""
        given = fixture.token() if token is None else token
        ended = self.run(
            "verify", f"--audience={AUDIENCE}", "--allow-any-service", KEYS, "--json", stdin=given
        )
        status: str = ended.json["status"]
        return status

    def is_empty(self) -> bool:
        if not self.path.exists():
            return True
        return self.entries("--all") == []

    def rows(self, query: str) -> list[Any]:
        with sqlite3.connect(self.path) as connection:
            return list(connection.execute(query))


def now() -> int:
    return int(time.time())
