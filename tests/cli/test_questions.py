"""What is asked on a terminal, and that nothing is written unless the answer is yes."""

from __future__ import annotations

import pytest

from .program import AUDIENCE, Terminal
from .stores import Store

APP = ("revoke", "app", AUDIENCE)
TEAM = ("revoke", "team")


def test_an_application_takes_a_yes(store: Store) -> None:
    store.run("revoke", "user", "ada@example.com")
    terminal = Terminal(*APP, env=store.env)
    terminal.wait_for("The store has 1 entry. [y/N] ")

    terminal.type("y\n")

    assert terminal.end().code == 0
    assert [entry["kind"] for entry in store.entries()] == ["application", "email"]


def test_a_team_takes_its_name(store: Store) -> None:
    terminal = Terminal(*TEAM, env={**store.env, "CFACCESS_TEAM": "https://acme.cloudflareaccess.com"})
    terminal.wait_for("Type acme to go on: ")

    terminal.type("acme\n")

    assert terminal.end().code == 0
    assert store.entry()["kind"] == "team"


@pytest.mark.parametrize("answer", ["\n", "n\n", "no\n", "x\n", "\x04"])
@pytest.mark.parametrize("command", [APP, TEAM])
def test_anything_else_writes_nothing(store: Store, command: tuple[str, ...], answer: str) -> None:
    terminal = Terminal(*command, env=store.env)
    terminal.wait_for(": " if command == TEAM else "[y/N] ")

    terminal.type(answer)

    ended = terminal.end()
    assert ended.code == 1
    assert "nothing was written" in ended.out
    assert store.is_empty()


def test_a_team_takes_no_yes(store: Store) -> None:
    terminal = Terminal(*TEAM, env=store.env)
    terminal.wait_for("to go on: ")

    terminal.type("y\n")

    assert terminal.end().code == 1
    assert store.is_empty()


@pytest.mark.parametrize("command", [APP, TEAM])
def test_an_interrupt_writes_nothing(store: Store, command: tuple[str, ...]) -> None:
    terminal = Terminal(*command, env=store.env)
    terminal.wait_for(": " if command == TEAM else "[y/N] ")

    terminal.type("\x03")

    assert terminal.end().code == -2
    assert store.is_empty()


@pytest.mark.parametrize(("command", "flag"), [(APP, "--yes"), (TEAM, "--confirm acme")])
def test_without_a_terminal_nobody_is_asked(store: Store, command: tuple[str, ...], flag: str) -> None:
    for json in ((), ("--json",)):
        ended = store.run(*command, *json, stdin="y\nacme\n")
        assert ended.code == 2
        assert flag in ended.out + ended.err
    assert store.is_empty()


@pytest.mark.parametrize(
    "arguments",
    [("user", "ada@example.com"), ("session", "x"), ("service", "x"), ("app", AUDIENCE, "-y")],
)
def test_the_rest_is_not_asked(store: Store, arguments: tuple[str, ...]) -> None:
    ended = Terminal("revoke", *arguments, env=store.env).end()

    assert ended.code == 0
    assert "[y/N]" not in ended.out
