"""`cfaccess verify` and `cfaccess explain`: what they say, and how they end."""

from __future__ import annotations

from pathlib import Path

import mint
import pytest

from .program import ACME, AUDIENCE, NOW, ROOT, run, service_token, token

EXPIRED = token(exp=mint.NOW - 100, iat=mint.NOW - 200, nbf=mint.NOW - 200)


def test_a_good_token_is_accepted() -> None:
    ended = run("verify", *ACME, "--at", NOW, stdin=token() + "\n")

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("accepted: person ")
    assert f"acme.cloudflareaccess.com/person/{mint.SUBJECT}" in ended.out
    assert "expires    2026-01-01 23:59:00 UTC (in 23 h 59 min)" in ended.out


def test_claims_are_one_json_object() -> None:
    ended = run("verify", *ACME, "--at", NOW, "--json", stdin=token())

    assert ended.code == 0
    assert ended.json["status"] == "OK"
    assert ended.json["claims"]["subject"] == mint.SUBJECT
    assert ended.json["claims"]["payload"]["aud"] == [AUDIENCE]
    assert ended.out.count("\n") == 1


def test_a_token_comes_from_a_file_too(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"  {token()}\n")

    assert run("verify", *ACME, "--at", NOW, "--token-file", str(tmp_path / "token")).code == 0
    assert run("verify", *ACME, "--at", NOW, "--token-file", "-", stdin=token()).code == 0
    missing = run("verify", *ACME, "--token-file", str(tmp_path / "none"))
    assert missing.code == 1
    assert "none: No such file" in missing.err


@pytest.mark.parametrize(
    ("given", "status", "http_status"),
    [
        ("", "NO_TOKEN", 401),
        ("not a token", "MALFORMED", 401),
        ("x" * 70_000, "TOO_LARGE", 401),
        (EXPIRED, "EXPIRED", 401),
        (token(aud=[mint.OTHER_AUDIENCE]), "WRONG_AUDIENCE", 401),
        (service_token(), "SERVICE_NOT_ALLOWED", 403),
    ],
)
def test_a_refusal_is_exit_code_1(given: str, status: str, http_status: int) -> None:
    plain = run("verify", *ACME, "--at", NOW, stdin=given)
    assert (plain.code, plain.out) == (1, "")
    assert plain.err.startswith(f"{status}: ")
    assert plain.err.count("\n") == 1

    ended = run("verify", *ACME, "--at", NOW, "--json", stdin=given)
    assert (ended.code, ended.err) == (1, "")
    assert ended.json["status"] == status
    assert ended.json["http_status"] == http_status
    assert ended.json["message"]


def test_services_are_accepted_if_told() -> None:
    listed = run("verify", *ACME, "--at", NOW, f"--allow-service={mint.CLIENT_ID}", stdin=service_token())
    assert (listed.code, listed.out.splitlines()[0]) == (0, f"accepted: service {mint.CLIENT_ID}")
    assert run("verify", *ACME, "--at", NOW, "--allow-any-service", stdin=service_token()).code == 0
    assert run("verify", *ACME, "--at", NOW, "--allow-service=other", stdin=service_token()).code == 1


def test_limits_of_time_are_durations() -> None:
    old = token(iat=mint.NOW - 7200, nbf=mint.NOW - 7200)

    assert run("verify", *ACME, "--at", NOW, "--max-age=3h", stdin=old).code == 0
    assert "SESSION_TOO_OLD" in run("verify", *ACME, "--at", NOW, "--max-age=1h", stdin=old).err
    late = run("verify", *ACME, "--at", str(mint.NOW + 86400 + 100), "--leeway=200", stdin=token())
    assert late.code == 0, late.err
    assert "SESSION_TOO_LONG" in run("verify", *ACME, "--at", NOW, "--max-lifetime=1m", stdin=token()).err
    assert run("verify", *ACME, "--leeway=1000", stdin=token()).code == 2


def test_names_of_a_token_do_not_reach_the_terminal_raw() -> None:
    hostile = token(custom={"groups": ["a\x1b[31m", "b\u202e"]})

    ended = run("verify", *ACME, "--at", NOW, stdin=hostile)

    assert ended.code == 0
    assert "\x1b" not in ended.out
    assert "\u202e" not in ended.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--audience=a",), "no team"),
        (("--team=acme",), "no audience"),
        (("--team=a b", "--audience=a"), "is not a team"),
        (("--team=acme", "--audience="), "audience must be"),
        (("--nonsense",), "unexpected argument"),
        (("--at=soon",), "expected a time"),
        (("--leeway=soon",), "expected a number of seconds"),
        (("--allow-any-service", "--allow-service=a"), "cannot be used with"),
    ],
)
def test_wrong_arguments_are_exit_code_2(arguments: tuple[str, ...], says: str) -> None:
    ended = run("verify", *arguments, stdin=token())

    assert (ended.code, ended.out) == (2, "")
    assert says in ended.err


def test_keys_that_cannot_be_had_are_exit_code_4(tmp_path: Path) -> None:
    ended = run("verify", *ACME[:2], f"--keys={tmp_path / 'none'}", stdin=token())
    assert ended.code == 4
    assert ended.err.startswith("KEYS_UNAVAILABLE: ")

    (tmp_path / "keys").write_text("{}")
    assert run("verify", *ACME[:2], f"--keys={tmp_path / 'keys'}", stdin=token()).code == 4


def test_explain_shows_every_check() -> None:
    ended = run(
        "explain",
        *ACME,
        "--at",
        NOW,
        stdin=token(exp=mint.NOW - 100, iat=mint.NOW - 200, nbf=mint.NOW - 200, aud=["a" * 64]),
    )

    assert (ended.code, ended.err) == (0, "")
    checks = {line.split()[0]: line.split()[1] for line in ended.out.splitlines() if line[0] != " "}
    assert checks["signature"] == "passed"
    assert checks["expiry"] == checks["audience"] == "failed"
    assert "EXPIRED" in ended.out
    assert ended.out.endswith("whether or not the signature is valid.\n")


def test_explain_is_one_json_object() -> None:
    ended = run("explain", *ACME, "--at", NOW, "--json", stdin="no token")

    assert ended.code == 0
    assert [check["result"] for check in ended.json["checks"]] == ["failed"]


def test_without_a_command_there_is_help() -> None:
    assert run().code == 2
    assert "Usage: cfaccess" in run().err
    helped = run("--help")
    assert (helped.code, helped.err) == (0, "")
    for code in ("0  done", "1  refused", "2  the arguments", "4  the keys"):
        assert code in helped.out


def test_it_has_the_version_of_the_library() -> None:
    manifest = (ROOT / "Cargo.toml").read_text()
    version = next(line for line in manifest.splitlines() if line.startswith("version = "))

    assert run("--version").out == f"cfaccess {version.split(chr(34))[1]}\n"
