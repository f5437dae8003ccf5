"""The commands that control a running Access, on either face."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from .origin import Origin
from .program import PROGRAM, Local, environment, running


class Commands:
    """`cfaccess local …` of one server."""

    def __init__(self, local: Local) -> None:
        self.local = local
        self._environment = environment(
            {
                "CFACCESS_LOCAL": local.ready["environment"]["CFACCESS_LOCAL"],
                "CFACCESS_LOCAL_CONTROL": local.ready["control_token"],
            }
        )

    def run(self, *arguments: str, code: int = 0) -> str:
        ended = subprocess.run(
            [PROGRAM, "local", *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert ended.returncode == code, ended.stderr
        return ended.stdout if code == 0 else ended.stderr

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json"))

    def status(self, cookie: str) -> int:
        """Of a request with this cookie."""
        return self.local.get("/", [("Cookie", cookie)]).status


@pytest.fixture
def commands(origin: Origin) -> Iterator[Commands]:
    with running(["--upstream", origin.url]) as local:
        yield Commands(local)


def claims(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return decoded


def test_a_session_begins_and_ends_by_a_command(commands: Commands) -> None:
    cookie = commands.run("login", "ada@example.com").strip()
    assert commands.status(cookie) == 200

    commands.run("revoke", "user", "ada@example.com")

    assert commands.status(cookie) == 302


@pytest.mark.parametrize("kind", ["app", "session"])
def test_an_application_and_one_session_can_be_ended(commands: Commands, kind: str) -> None:
    token = commands.run("login", "ada@example.com", "--print", "token").strip()

    commands.run("revoke", kind, "app" if kind == "app" else claims(token)["identity_nonce"])

    assert commands.status(f"CF_Authorization={token}") == 302


def test_login_prints_a_command_that_works(commands: Commands) -> None:
    line = commands.run("login", "grace@example.com", "--print", "curl")

    ended = subprocess.run(
        ["sh", "-c", f"{line.strip()} --silent"], capture_output=True, text=True, check=True
    )

    assert json.loads(ended.stdout) == {"path": "/"}


def test_tokens_are_minted_as_asked_for(commands: Commands) -> None:
    person = claims(
        commands.run("mint", "--email", "ada@example.com", "--claim", 'country="DE"', "--claim", "nbf=null")
    )
    service = claims(commands.run("mint", "--service", "ci", "--issued", "-2h", "--expires", "+1h"))
    org = claims(commands.run("mint", "--email", "ada@example.com", "--type", "org"))

    assert (person["country"], "nbf" in person) == ("DE", False)
    assert (service["sub"], service["exp"] - service["iat"]) == ("", 10_800)
    assert org["type"] == "org"


def test_keys_rotate(commands: Commands) -> None:
    before = commands.json("status")["keys"]

    after = commands.json("rotate")
    alone = commands.json("rotate", "--retire-previous")

    assert after["previous"] == before["current"]
    assert after["current"] != before["current"]
    assert alone.get("previous") is None


def test_the_clock_moves_stands_still_and_is_set_back(commands: Commands) -> None:
    cookie = commands.run("login", "ada@example.com").strip()

    assert commands.json("clock", "+25h")["setting"] == "offset"
    assert commands.status(cookie) == 302
    stopped = commands.json("clock", "2026-01-01T10:30:00Z")
    assert (stopped["setting"], stopped["now"]) == ("frozen", 1_767_263_400)
    assert commands.json("clock", "real")["setting"] == "real"
    assert commands.status(cookie) == 200


def test_faults_come_and_go(commands: Commands, origin: Origin) -> None:
    cookie = commands.run("login", "ada@example.com").strip()
    commands.run("fault", "edge-503", "--times", "1")
    commands.run("fault", "token-missing", "--path", "/api")
    assert len(commands.json("fault")["faults"]) == 2

    assert [commands.status(cookie), commands.status(cookie)] == [503, 200]
    commands.run("fault", "--clear")

    assert commands.json("fault")["faults"] == []
    assert "did you mean expired?" in commands.run("fault", "expird", code=1)


def test_requests_are_listed_without_what_is_secret(commands: Commands) -> None:
    cookie = commands.run("login", "ada@example.com").strip()
    commands.local.get("/page?secret=1", [("Cookie", cookie)])

    (request,) = commands.json("requests")["requests"]

    assert (request["path"], request["status"], request["who"]) == ("/page", 200, "ada@example.com")
    text = json.dumps(request)
    assert "secret" not in text
    assert cookie.partition("=")[2] not in text


def test_reset_ends_everything(commands: Commands) -> None:
    cookie = commands.run("login", "ada@example.com").strip()
    commands.run("fault", "edge-503")
    commands.run("clock", "-2h")

    commands.run("reset")

    state = commands.json("status")
    assert (state["sessions"], state["faults"], state["clock"]["setting"]) == ([], [], "real")
    assert commands.status(cookie) == 302


def test_without_a_server_or_the_token_it_is_said(commands: Commands, origin: Origin) -> None:
    assert commands.run("status", "--port", "1", code=4).count("\n") == 1
    commands._environment["CFACCESS_LOCAL_CONTROL"] = "wrong"
    assert commands.run("status", code=2).count("\n") == 1


def test_the_exact_face_is_controlled_alike(origin: Origin) -> None:
    with running(["--upstream", origin.url, "--tls"]) as local:
        commands = Commands(local)

        token = commands.run("login", "ada@example.com", "--print", "token").strip()

        assert commands.json("status")["sessions"][0]["nonce"] == claims(token)["identity_nonce"]
