"""Keys over the network, and what `cfaccess doctor` says of the way there."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import endpoint as fixture
import pytest
from endpoint import Endpoint, key

from .program import AUDIENCE, Ended, run

ACME = ("--team=acme", f"--audience={AUDIENCE}")


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as running:
        running.behave(keys=["acme-1", "acme-2"], headers=[["Date", formatdate(usegmt=True)]])
        yield running


def ask(endpoint: Endpoint, *arguments: str, stdin: str = "") -> Ended:
    return run(*arguments, f"--ca-file={endpoint.ca_file}", stdin=stdin, env=endpoint.environment())


def test_keys_are_fetched_to_verify(endpoint: Endpoint) -> None:
    assert ask(endpoint, "verify", *ACME, stdin=fixture.token()).code == 0
    assert len(endpoint.requests) == 1
    unknown = ask(endpoint, "verify", *ACME, stdin=fixture.token("fresh-1"))
    assert (unknown.code, unknown.err.split(":")[0]) == (1, "UNKNOWN_KEY")


def test_an_endpoint_that_is_away_is_exit_code_4(endpoint: Endpoint) -> None:
    endpoint.behave("status", status=500)

    ended = ask(endpoint, "verify", *ACME, "--json", stdin=fixture.token())
    assert ended.code == 4
    assert ended.json["status"] == "KEYS_UNAVAILABLE"
    assert ended.json["http_status"] == 503
    assert ask(endpoint, "keys", "show", "--team=acme").code == 4
    assert ask(endpoint, "keys", "fetch", "--team=acme").code == 4

    explained = ask(endpoint, "explain", *ACME, stdin=fixture.token())
    assert explained.code == 0
    assert "HTTP 500" in explained.err
    assert "expiry     passed" in explained.out


def test_keys_are_shown(endpoint: Endpoint) -> None:
    names = sorted([key("acme-1").kid, key("acme-2").kid])

    plain = ask(endpoint, "keys", "show", "--team=acme")
    assert [line.split()[0] for line in plain.out.splitlines() if line[0] != " "] == names
    assert "RSA 2048" in plain.out
    as_json = ask(endpoint, "keys", "show", "--team=acme", "--json").json
    assert [entry["kid"] for entry in as_json["keys"]] == names
    assert as_json["source"] == "remote"


def test_a_fetched_document_verifies_without_a_network(endpoint: Endpoint, tmp_path: Path) -> None:
    path = tmp_path / "certs.json"

    printed = ask(endpoint, "keys", "fetch", "--team=acme")
    assert [entry["kid"] for entry in json.loads(printed.out)["keys"]] == [
        key("acme-1").kid,
        key("acme-2").kid,
    ]
    ended = ask(endpoint, "keys", "fetch", "--team=acme", f"--output={path}", "--json")
    assert (ended.code, sorted(ended.json["keys"])) == (0, sorted([key("acme-1").kid, key("acme-2").kid]))
    assert path.read_text() == printed.out
    assert path.stat().st_mode & 0o777 == 0o644
    assert run("verify", *ACME, f"--keys={path}", stdin=fixture.token()).code == 0


def test_an_unusable_document_replaces_nothing(endpoint: Endpoint, tmp_path: Path) -> None:
    path = tmp_path / "certs.json"
    path.write_text("before")
    endpoint.behave("html")

    ended = ask(endpoint, "keys", "fetch", "--team=acme", f"--output={path}")

    assert ended.code == 4
    assert [entry.name for entry in tmp_path.iterdir()] == ["certs.json"]
    assert path.read_text() == "before"
    nowhere = ask(endpoint, "keys", "fetch", "--team=acme", f"--output={tmp_path}/none/certs.json")
    assert nowhere.code == 4


def checks(ended: Ended) -> dict[str, Any]:
    return {check["check"]: check for check in ended.json["checks"]}


def test_doctor_finds_nothing_wrong(endpoint: Endpoint) -> None:
    ended = ask(endpoint, "doctor", *ACME, "--json")

    assert ended.code == 0, ended.out
    assert ended.json["ok"] is True
    found = checks(ended)
    assert {check["result"] for name, check in found.items() if name != "store"} == {"ok"}
    assert found["proxy"]["message"].endswith("(HTTPS_PROXY)")
    assert found["certs endpoint"]["message"].startswith("2 keys in ")
    plain = ask(endpoint, "doctor", *ACME)
    assert plain.code == 0
    assert len(plain.out.splitlines()) == len(ended.json["checks"])


@pytest.mark.parametrize(
    ("away", "result", "code"), [(0, "ok", 0), (-12, "warning", 0), (12, "warning", 0), (3600, "failed", 1)]
)
def test_doctor_compares_clocks(endpoint: Endpoint, away: int, result: str, code: int) -> None:
    date = formatdate(time.time() + away, usegmt=True)
    endpoint.behave(headers=[["Date", date]])

    ended = ask(endpoint, "doctor", *ACME, "--json")

    clock = checks(ended)["clock"]
    assert (ended.code, clock["result"]) == (code, result), clock
    if away:
        assert ("behind" if away > 0 else "ahead of") in clock["message"]
        assert "timedatectl" in clock["advice"]


@pytest.mark.parametrize(
    ("kind", "message", "advice"),
    [
        ("status", "HTTP 404; is the team", "dashboard"),
        ("stranger_certificate", "not trusted", "--ca-file"),
        ("expired_certificate", "expired", "timedatectl"),
        ("html", "", "something else answers"),
        ("refused", "did not answer the CONNECT", "HTTPS_PROXY"),
        ("stalled", "timeout", "port 443"),
    ],
)
def test_doctor_says_what_to_do(endpoint: Endpoint, kind: str, message: str, advice: str) -> None:
    endpoint.behave(kind, status=404)

    ended = ask(endpoint, "doctor", *ACME, f"--timeout={1 if kind == 'stalled' else 20}", "--json")

    assert (ended.code, ended.json["ok"]) == (1, False)
    certs = checks(ended)["certs endpoint"]
    assert certs["result"] == "failed"
    assert message in certs["message"]
    assert advice in certs["advice"], certs


def test_doctor_looks_at_what_it_can(tmp_path: Path) -> None:
    certificates = {"SSL_CERT_FILE": str(tmp_path / "none.pem")}

    ended = run("doctor", "--json", env=certificates)

    assert ended.code == 1
    found = checks(ended)
    results = {name: check["result"] for name, check in found.items()}
    assert results["team"] == results["audience"] == results["trust store"] == "failed"
    assert results["clock"] == results["certs endpoint"] == "skipped"
    assert "CFACCESS_TEAM" in found["team"]["message"]
    assert "SSL_CERT_FILE" in found["trust store"]["message"]
    assert all(check["advice"] for check in found.values() if check["result"] == "failed")
    assert run("doctor", "--config=/nonexistent").code == 2


def test_doctor_looks_at_a_file_of_keys(endpoint: Endpoint, tmp_path: Path) -> None:
    (tmp_path / "certs.json").write_text("{}")

    ended = ask(endpoint, "doctor", *ACME, f"--keys={tmp_path / 'certs.json'}", "--json")

    assert ended.code == 1
    assert checks(ended)["keys file"]["result"] == "failed"


def test_doctor_takes_a_tag_for_a_tag(endpoint: Endpoint) -> None:
    ended = ask(endpoint, "doctor", "--team=acme", "--audience=wiki", "--json")

    assert ended.code == 0
    assert checks(ended)["audience"]["result"] == "warning"
