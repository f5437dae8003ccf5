"""A token is in no list of processes, no history and no message; nor is a password."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from .program import ACME, PROGRAM, Terminal, environment, run, token


@pytest.mark.parametrize("command", ["verify", "explain"])
def test_a_token_is_no_argument(command: str) -> None:
    secret = token()

    ended = run(command, *ACME, secret)

    assert (ended.code, ended.out) == (2, "")
    assert "not taken as an argument" in ended.err
    assert secret[:20] not in ended.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("{}",),
        ("verify", "{}", "{}"),
        ("verify", "--token", "{}"),
        ("verify", "--token={}"),
        ("verify", "--{}"),
        ("verify", "--leeway={}"),
        ("verify", "--team={}", "--audience=a"),
        ("verify", *ACME[:2], "--keys={}"),
        ("verify", *ACME, "--token-file={}"),
        ("keys", "{}"),
        ("completions", "{}"),
        ("verify", "--config={}"),
    ],
)
def test_a_token_in_a_wrong_place_is_not_repeated(arguments: tuple[str, ...]) -> None:
    secret = token()

    for json in ((), ("--json",)):
        ended = run(*(argument.format(secret) for argument in arguments), *json)
        assert ended.code != 0
        for part in secret.split("."):
            assert part[:24] not in ended.out + ended.err


def test_a_token_on_standard_input_is_in_no_list_of_processes() -> None:
    secret = token()
    process = subprocess.Popen(
        [PROGRAM, "verify", *ACME], stdin=subprocess.PIPE, env=environment(), stdout=subprocess.PIPE
    )
    try:
        assert process.stdin is not None
        process.stdin.write(secret.encode())
        process.stdin.flush()
        for name in ("cmdline", "environ"):
            assert secret[:20].encode() not in Path(f"/proc/{process.pid}/{name}").read_bytes()
        listed = subprocess.run(["ps", "axww"], capture_output=True, text=True, check=False).stdout
        assert secret[:20] not in listed
    finally:
        process.communicate(timeout=30)


def test_a_refused_token_is_not_repeated() -> None:
    for refused in (token(), token()[:-5] + "AAAAA", "eyJ" + "a" * 500):
        for json in ((), ("--json",)):
            ended = run("verify", *ACME, *json, stdin=refused)
            assert ended.code == 1
            assert refused[:24] not in ended.out + ended.err


def test_a_terminal_is_not_read() -> None:
    terminal = Terminal("verify", *ACME)

    ended = terminal.end()

    assert ended.code == 2
    assert "--token-file" in ended.out


def test_a_password_of_a_proxy_is_not_repeated() -> None:
    for proxy in ("http://ada:hunter2@127.0.0.1:9", "http://ada:hunter2@127.0.0.1:port", "ada:hunter2@"):
        for command in (("doctor", *ACME[:2]), ("keys", "show", "--team=acme")):
            ended = run(*command, env={"HTTPS_PROXY": proxy})
            assert ended.code != 0
            assert "hunter2" not in ended.out + ended.err
