"""`cfaccess revocations`: what the store holds, and how it is moved to another."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from .program import PROGRAM, environment
from .stores import PERSON, SERVICE, SESSION, Store, now


@pytest.fixture
def filled(store: Store) -> Store:
    assert store.run("revoke", "user", PERSON, "--reason=lost laptop", "--by=ada").code == 0
    assert store.run("block", "service", SERVICE, "--by=bob").code == 0
    assert store.run("revoke", "session", SESSION).code == 0
    assert store.run("revoke", "user", "gone@example.com").code == 0
    assert store.run("lift", "user", "gone@example.com").code == 0
    return store


def test_entries_are_listed(filled: Store) -> None:
    lines = filled.run("revocations", "list").out.splitlines()

    assert [line.split("  ")[0] for line in lines] == [
        f"user {PERSON}",
        f"service {SERVICE}",
        f"session {SESSION}",
    ]
    assert " by ada: lost laptop" in lines[0]
    assert "blocked" in lines[1]
    assert [entry["kind"] for entry in filled.entries("--kind=user")] == ["email"]
    assert [entry["value"] for entry in filled.entries("--kind=user", "--all")] == [
        "gone@example.com",
        PERSON,
    ]
    assert filled.entries("--kind=team") == []


def test_an_entry_is_shown(filled: Store) -> None:
    shown = filled.run("revocations", "show", "user", PERSON.upper())
    assert shown.code == 0
    assert shown.out.startswith(f"user {PERSON}: tokens issued up to 20")
    assert "falls away on 20" in shown.out

    as_json = filled.run("revocations", "show", "service", SERVICE, "--json").json
    assert (as_json["entry"]["value"], as_json["entry"]["blocked"]) == (SERVICE, True)
    missing = filled.run("revocations", "show", "user", "nobody@example.com", "--json")
    assert (missing.code, missing.json["entry"]) == (1, None)


def test_the_audit_has_every_write(filled: Store) -> None:
    lines = filled.run("revocations", "audit").out.splitlines()
    assert len(lines) == 5
    assert f"ada revoke user {PERSON}: tokens issued up to" in lines[0]
    assert lines[0].endswith("; lost laptop")

    found = filled.run("revocations", "audit", "--json").json["lines"]
    assert [line["action"] for line in found] == ["revoke", "block", "revoke", "revoke", "lift"]
    assert found[1]["made_by"] == "bob"


def test_the_audit_can_be_followed(store: Store) -> None:
    store.run("revoke", "user", "first@example.com")
    process = subprocess.Popen(
        [PROGRAM, "revocations", "audit", "--follow", "--json"],
        env=environment(store.env),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["value"] == "first@example.com"
        store.run("revoke", "user", "second@example.com")
        assert json.loads(process.stdout.readline())["value"] == "second@example.com"
    finally:
        process.kill()
        process.communicate()


def test_an_export_is_imported(filled: Store, tmp_path: Path) -> None:
    exported = filled.run("revocations", "export")
    assert exported.code == 0
    lines = [json.loads(line) for line in exported.out.splitlines()]
    assert lines[0] == {"format": "cfaccess-revocations", "version": 1, "team": "acme"}
    assert lines[-1] == {"entries": 3}
    path = tmp_path / "export"
    to_file = filled.run("revocations", "export", f"--output={path}", "--json")
    assert (to_file.code, to_file.json["entries"]) == (0, 3)
    assert path.read_text() == exported.out

    (tmp_path / "other").mkdir(mode=0o700)
    other = Store(tmp_path / "other")
    assert other.run("revocations", "import", str(path), "--dry-run").out == "would be imported: 3 entries\n"
    assert not other.path.exists()
    assert other.run("revocations", "import", "-", stdin=exported.out).out == "imported: 3 entries\n"

    def said(store: Store) -> list[object]:
        names = ("kind", "value", "not_issued_after", "blocked_until", "expires_at", "made_by", "reason")
        return [{name: entry[name] for name in names} for entry in store.entries()]

    assert said(other) == said(filled)
    assert other.run("revocations", "import", str(path), "--dry-run").out == "would be imported: 3 entries\n"
    again = other.run("revocations", "import", str(path), "--json")
    assert (again.code, again.json["entries"]) == (0, 3)
    assert said(other) == said(filled)


def test_an_import_only_raises(filled: Store) -> None:
    exported = filled.run("revocations", "export").out
    filled.run("revoke", "user", PERSON, "--margin=5m")
    before = filled.entries("--kind=user")[0]["not_issued_after"]

    assert filled.run("revocations", "import", "-", stdin=exported).code == 0

    assert filled.entries("--kind=user")[0]["not_issued_after"] == before


@pytest.mark.parametrize("fault", ["cut", "line", "team", "empty", "gap"])
def test_an_import_with_a_mistake_writes_nothing(filled: Store, tmp_path: Path, fault: str) -> None:
    exported = filled.run("revocations", "export").out
    lines = exported.splitlines(keepends=True)
    spoilt = {
        "cut": "".join(lines[:-1]),
        "line": exported.replace('"kind"', '"kinds"', 1),
        "team": exported.replace('"acme"', '"other"'),
        "empty": "",
        "gap": "".join([lines[0], *lines[2:]]),
    }[fault]
    (tmp_path / "other").mkdir(mode=0o700)
    other = Store(tmp_path / "other")

    ended = other.run("revocations", "import", "-", "--json", stdin=spoilt)

    assert ended.code == (2 if fault == "team" else 1)
    assert ended.json["message"]
    assert other.is_empty()


def test_purge_removes_what_fell_away_long_ago(store: Store) -> None:
    head, tail = '{"format":"cfaccess-revocations","version":1,"team":"acme"}', '{"entries":2}'
    entry = '{"kind":"email","value":"%s","not_issued_after":5,"blocked_until":null,"expires_at":%d,'
    entry += '"made_at":5,"made_by":"","reason":""}'
    lines = [head, entry % ("old@example.com", now() - 3700), entry % ("new@example.com", now() + 3700), tail]
    assert store.run("revocations", "import", "-", stdin="\n".join(lines)).code == 0

    before = len(store.entries("--all"))
    dry = store.run("revocations", "purge", "--dry-run", "--json")
    assert (dry.code, dry.json["dry_run"]) == (0, True)
    assert len(store.entries("--all")) == before
    ended = store.run("revocations", "purge", "--json")

    assert (ended.code, ended.json["removed"]) == (0, dry.json["removed"])
    assert [entry["value"] for entry in store.entries("--all")] == ["new@example.com"]


def test_an_export_into_a_closed_pipe_ends(filled: Store) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write) as closed:
        ended = subprocess.run(
            [PROGRAM, "revocations", "export"],
            env=environment(filled.env),
            stdout=closed,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_doctor_looks_at_the_store(filled: Store) -> None:
    def line(**env: str) -> dict[str, str]:
        ended = filled.run(
            "doctor", "--timeout=1", "--json", env={"HTTPS_PROXY": "http://127.0.0.1:9", **env}
        )
        (found,) = (check for check in ended.json["checks"] if check["check"] == "store")
        check: dict[str, str] = found
        return check

    assert line()["result"] == "ok"
    assert line()["message"].startswith("sqlite: 3 entries in ")
    filled.path.chmod(0o444)
    if os.geteuid() != 0:
        assert "not write it" in line()["message"]
    away = line(CFACCESS_STORE_URL="sqlite:/dev/null/revocations.db")
    assert (away["result"], bool(away["advice"])) == ("failed", True)
    assert line(CFACCESS_STORE_URL="")["result"] == "skipped"
    unreachable = line(CFACCESS_STORE_URL="redis://ada:hunter2@127.0.0.1:9/")
    assert unreachable["result"] == "failed"
    assert "hunter2" not in json.dumps(unreachable)
