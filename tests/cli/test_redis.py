"""A store that other hosts share: replicas, clocks that differ, permissions, and passwords."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from .program import ROOT, Ended, Terminal
from .redis_server import PROGRAM, Redis
from .stores import PERSON, SESSION, Store, now

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="redis-server is not installed (make setup)")

PASSWORD = "hunter2"
READER = f">{PASSWORD} ~{{cfaccess:acme}}:* resetchannels -@all +hmget +hlen +zcard +zrange +ping"


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    with Redis(tmp_path) as running:
        yield running


@pytest.fixture
def shared(store: Store, redis: Redis) -> Store:
    store.env["CFACCESS_STORE_URL"] = redis.url()
    return store


def test_a_revocation_is_shared(shared: Store) -> None:
    assert shared.run("revoke", "user", PERSON, "--reason=lost laptop").code == 0

    assert shared.status() == "REVOKED"
    assert shared.entry()["reason"] == "lost laptop"
    shown = shared.run("revocations", "show", "user", PERSON, "--json")
    assert shown.json["entry"]["value"] == PERSON
    assert shared.run("revocations", "audit", "--json").json["lines"][0]["action"] == "revoke"
    assert shared.run("revoke", "session", SESSION).code == 0
    exported = shared.run("revocations", "export").out
    assert json.loads(exported.splitlines()[-1]) == {"entries": 2}
    assert shared.run("revocations", "import", "-", stdin=exported).code == 0
    assert shared.run("revocations", "purge").code == 0
    assert shared.run("lift", "user", PERSON).code == 0
    assert [entry["kind"] for entry in shared.entries()] == ["session"]


@pytest.mark.parametrize("by", ["flag", "url"])
def test_fewer_replicas_than_asked_for_is_exit_code_3(shared: Store, redis: Redis, by: str) -> None:
    flag = (
        ("--wait-replicas=1",) if by == "flag" else (f"--store={redis.url(parameters='?wait_replicas=1')}",)
    )

    plain = shared.run("revoke", "user", PERSON, "--timeout=1s", *flag)
    as_json = shared.run("block", "user", PERSON, "--timeout=1s", "--json", *flag)

    assert plain.code == as_json.code == 3
    assert "0 replicas have it, 1 were asked for" in plain.err
    assert as_json.json["entries"][0]["replicas"] == 0
    assert shared.entry()["blocked"] is True


def test_enough_replicas_are_exit_code_0(shared: Store, redis: Redis, tmp_path: Path) -> None:
    (tmp_path / "replica").mkdir()
    with Redis(tmp_path / "replica", "--replicaof", f"127.0.0.1 {redis.port}"):
        ended = shared.run("revoke", "user", PERSON, "--wait-replicas=1", "--timeout=20s", "--json")

    assert ended.code == 0, ended
    assert ended.json["entries"][0]["replicas"] == 1


@pytest.fixture(scope="session")
def clock(tmp_path_factory: pytest.TempPathFactory) -> str:
    if which(os.environ.get("CC", "cc")) is None:
        pytest.skip("there is no C compiler")
    library = tmp_path_factory.mktemp("clock") / "clock.so"
    compiler = [os.environ.get("CC", "cc"), "-shared", "-fPIC", "-o", str(library)]
    subprocess.run([*compiler, str(ROOT / "tests" / "cli" / "clock.c")], check=True)
    return str(library)


def ahead(clock: str, seconds: int) -> dict[str, str]:
    return {"LD_PRELOAD": clock, "CLOCK_AHEAD": str(seconds)}


@pytest.mark.parametrize(("seconds", "code"), [(3, 0), (60, 5), (-60, 5), (400, 1), (-400, 1)])
def test_clocks_that_differ_are_exit_code_5(shared: Store, clock: str, seconds: int, code: int) -> None:
    ended = shared.run("revoke", "user", PERSON, env=ahead(clock, seconds))

    assert ended.code == code, ended
    if code == 1:
        assert "nothing was written" in ended.err
        assert shared.entries() == []
        return
    # The later clock counts.
    assert abs(shared.entry()["not_issued_after"] - now() - 2 - max(seconds, 0)) <= 3
    if code == 5:
        direction = "ahead of" if seconds > 0 else "behind"
        assert f"s {direction} that of the store" in ended.err


@pytest.mark.parametrize(("seconds", "code"), [(3, 0), (60, 0), (-60, 0), (400, 1)])
def test_a_dry_run_compares_clocks(shared: Store, clock: str, seconds: int, code: int) -> None:
    ended = shared.run("revoke", "user", PERSON, "--dry-run", env=ahead(clock, seconds))

    assert ended.code == code, ended
    assert ("that of the store" in ended.err) == (abs(seconds) > 5)
    assert shared.entries() == []


def test_a_server_that_is_away_is_exit_code_4(shared: Store, redis: Redis) -> None:
    redis.close()

    for arguments in (
        ("revoke", "user", PERSON),
        ("revoke", "user", PERSON, "--dry-run"),
        ("lift", "user", PERSON),
        ("revocations", "list"),
        ("revocations", "audit"),
        ("revocations", "export"),
    ):
        ended = shared.run(*arguments, "--timeout=1s", "--json")
        assert (ended.code, ended.json["status"]) == (4, "REVOCATIONS_UNAVAILABLE"), ended


def test_a_server_that_refuses_is_exit_code_1(shared: Store, redis: Redis) -> None:
    redis.ask("ACL", "SETUSER", "reader", "on", *READER.split())
    reader = {"CFACCESS_STORE_URL": redis.url(f"reader:{PASSWORD}@")}

    assert shared.run("revoke", "user", PERSON).code == 0
    refused = shared.run("revoke", "user", PERSON, "--json", env=reader)
    assert (refused.code, refused.json["status"]) == (1, "REVOCATIONS_UNAVAILABLE")
    assert shared.run("lift", "user", PERSON, env=reader).code == 1
    assert shared.status() == "REVOKED"
    wrong = {"CFACCESS_STORE_URL": redis.url("reader:hunter3@")}
    assert shared.run("revoke", "user", PERSON, env=wrong).code == 1


def test_a_password_is_in_no_output(shared: Store, redis: Redis) -> None:
    urls = [
        redis.url(f"ada:{PASSWORD}@"),
        f"redis://ada:{PASSWORD}@127.0.0.1:1/",
        f"redis://ada:{PASSWORD}@[/",
    ]
    for url in urls:
        for arguments in (
            ("revoke", "user", PERSON),
            ("revocations", "list"),
            ("doctor",),
            ("verify", "--audience=a"),
        ):
            by_flag = shared.run(*arguments, f"--store={url}", "--timeout=1s", stdin="a token")
            in_environment = {"CFACCESS_STORE_URL": url, "HTTPS_PROXY": "http://127.0.0.1:9"}
            by_environment = shared.run(*arguments, "--timeout=1s", "--json", env=in_environment)
            for ended in (by_flag, by_environment):
                assert ended.code != 0
                assert PASSWORD not in ended.out + ended.err
            if arguments[0] == "revoke":
                assert "`ps` shows the password" in by_flag.err


def test_doctor_looks_at_the_server(shared: Store, redis: Redis, clock: str) -> None:
    def checks(env: dict[str, str] | None = None) -> dict[str, Any]:
        extra = {"HTTPS_PROXY": "http://127.0.0.1:9", **(env or {})}
        ended: Ended = shared.run("doctor", "--timeout=1s", "--json", env=extra)
        return {check["check"]: check for check in ended.json["checks"]}

    shared.run("revoke", "user", PERSON)
    found = checks()
    assert found["store settings"]["message"].startswith("appendonly is off")
    assert "appendonly to yes" in found["store settings"]["advice"]
    redis.ask("CONFIG", "SET", "appendonly", "yes")
    found = checks()
    assert "store settings" not in found
    assert found["store"]["message"].startswith("redis: 1 entry in ")
    assert found["store"]["result"] == found["store clock"]["result"] == "ok"

    ahead_of_store = checks(ahead(clock, 60))["store clock"]
    assert (ahead_of_store["result"], "s ahead of" in ahead_of_store["message"]) == ("warning", True)
    redis.ask("CONFIG", "SET", "maxmemory", "100mb")
    redis.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    assert "allkeys-lru" in checks()["store settings"]["message"]
    redis.ask("ACL", "SETUSER", "reader", "on", *READER.split())
    as_reader = checks({"CFACCESS_STORE_URL": redis.url(f"reader:{PASSWORD}@")})
    assert as_reader["store"]["result"] == "ok"
    assert "ACL" in as_reader["store settings"]["message"]
    redis.ask("ACL", "SETUSER", "reader", "+time")
    as_reader = checks({"CFACCESS_STORE_URL": redis.url(f"reader:{PASSWORD}@")})
    assert as_reader["store clock"]["result"] == "ok"
    assert "INFO" in as_reader["store settings"]["message"]


def test_an_application_is_asked_about(shared: Store) -> None:
    terminal = Terminal("revoke", "app", "a" * 64, env=shared.env)
    terminal.wait_for("The store has 0 entries. [y/N] ")
    terminal.type("yes\n")
    assert terminal.end().code == 0
