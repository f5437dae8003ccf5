"""Where the configuration comes from, and which wins."""

from __future__ import annotations

from pathlib import Path

import mint
import pytest

from .program import ACME, AUDIENCE, NOW, VECTORS, run, service_token, token

KEYS = str(VECTORS / "acme.jwks.json")


def file(folder: Path, text: str) -> str:
    path = folder / "config.toml"
    path.write_text(text)
    return str(path)


def test_the_file_has_the_names_of_the_flags(tmp_path: Path) -> None:
    config = file(
        tmp_path,
        f"""
        team = "acme"
        audience = ["{AUDIENCE}"]
        keys = "{KEYS}"
        allow_service = "{mint.CLIENT_ID}"
        leeway = "1m"
        max_age = 7200
        max_lifetime = "30d"
        timeout = 2
        """,
    )

    assert run("verify", f"--config={config}", "--at", NOW, stdin=token()).code == 0
    assert run("verify", f"--config={config}", "--at", NOW, stdin=service_token()).code == 0
    old = token(iat=mint.NOW - 7201, nbf=mint.NOW - 7201)
    assert "SESSION_TOO_OLD" in run("verify", f"--config={config}", "--at", NOW, stdin=old).err


def test_flags_come_before_the_environment_and_that_before_the_file(tmp_path: Path) -> None:
    config = file(tmp_path, f'team = "file"\naudience = "file"\nkeys = "{KEYS}"')

    def issuer(*arguments: str, **env: str) -> str:
        ended = run("verify", f"--config={config}", "--at", NOW, *arguments, stdin=token(iss="x"), env=env)
        return ended.err.partition("expected ")[2] or ended.err

    by_flag = issuer("--team=flag", CFACCESS_TEAM="environment")
    by_environment = issuer(CFACCESS_TEAM="environment")
    by_file = issuer(CFACCESS_TEAM="")
    for name, said in (("flag", by_flag), ("environment", by_environment), ("file", by_file)):
        assert f"https://{name}.cloudflareaccess.com" in said, said

    both = {"CFACCESS_TEAM": "acme", "CFACCESS_AUDIENCE": f"other, {AUDIENCE}"}
    assert run("verify", f"--config={config}", "--at", NOW, stdin=token(), env=both).code == 0


def test_the_usual_place_is_read_if_no_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "cfaccess").mkdir()
    file(tmp_path / "cfaccess", f'team = "acme"\naudience = "{AUDIENCE}"\nkeys = "{KEYS}"')

    assert run("verify", "--at", NOW, stdin=token(), env={"XDG_CONFIG_HOME": str(tmp_path)}).code == 0
    home = {"XDG_CONFIG_HOME": "", "HOME": str(tmp_path)}
    assert run("verify", "--at", NOW, stdin=token(), env=home).code == 2
    (tmp_path / ".config").mkdir()
    (tmp_path / "cfaccess").rename(tmp_path / ".config" / "cfaccess")
    assert run("verify", "--at", NOW, stdin=token(), env=home).code == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('taem = "acme"', "line 1: unknown field `taem`"),
        ("team = 'acme'\nteam = 'other'", "duplicate key"),
        ("team = 5", "expected a string"),
        ("audience = [5]", "expected a string or a list of strings"),
        ('leeway = "soon"', "such as"),
        ("team = ", "line 1: "),
    ],
)
def test_a_file_with_a_mistake_is_exit_code_2(tmp_path: Path, text: str, says: str) -> None:
    ended = run("verify", f"--config={file(tmp_path, text)}", "--json", stdin=token())

    assert ended.code == 2
    assert ended.json["status"] == "INVALID_CONFIG"
    assert says in ended.json["message"]


def test_a_mistake_is_told_without_the_line(tmp_path: Path) -> None:
    config = file(tmp_path, "team = 'acme'\napi_password = hunter2")

    ended = run("verify", f"--config={config}", stdin=token())

    assert ended.code == 2
    assert "line 2" in ended.err
    assert "hunter2" not in ended.err


def test_a_file_that_everybody_may_write_is_refused(tmp_path: Path) -> None:
    config = Path(file(tmp_path, 'team = "acme"'))
    config.chmod(0o666)

    ended = run("verify", f"--config={config}", stdin=token())

    assert ended.code == 2
    assert "everybody may write it" in ended.err


def test_a_file_that_is_named_must_exist(tmp_path: Path) -> None:
    ended = run("verify", *ACME, f"--config={tmp_path / 'none.toml'}", stdin=token())

    assert ended.code == 2
    assert "No such file" in ended.err
