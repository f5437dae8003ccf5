"""`cfaccess.testing` and `cfaccesstest` agree with the program, and `access_server` starts it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

import pytest
from cfaccess import Keys, Verifier

pytest.importorskip("cryptography", reason="the Python package cryptography is missing")

from cfaccess._pytest import access_server as access_server
from cfaccess.testing import TEAM, LocalServer, audience_of
from cfaccess.testing._faults import STATUSES as PYTHON_STATUSES
from cfaccess.testing._team import client_id_of, stable_id

from .applications import go_program, languages
from .origin import Origin
from .program import PROGRAM, running
from .table import STATUSES, TOKEN
from .test_commands import claims as payload
from .wire import exchange


def test_names_stand_for_the_same_in_the_fixtures_and_in_the_program(origin: Origin) -> None:
    with running(["--upstream", origin.url]) as local:
        subject = payload(local.sign_in("ada@example.com"))["sub"]

        assert audience_of("app") == local.audience()
        assert client_id_of("ci") == local.secrets[0]
        assert stable_id("user", "ada@example.com") == subject


def test_the_faults_of_the_python_fixtures_are_those_of_the_program() -> None:
    assert {name: STATUSES[name] for name in TOKEN} == PYTHON_STATUSES


def test_the_faults_of_the_go_fixtures_are_those_of_the_program() -> None:
    if "go" not in languages():
        pytest.skip("Go is missing")
    found = subprocess.run([go_program(), "faults"], check=True, stdout=subprocess.PIPE, timeout=30).stdout

    assert {name: STATUSES[name] for name in TOKEN} == json.loads(found)


def test_a_server_for_the_tests_of_an_application(
    origin: Origin, access_server: Callable[..., LocalServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CFACCESS_PROGRAM", str(PROGRAM))
    server = access_server(origin.url)
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)

    token = server.token("ada@example.com")

    assert exchange(server.url).status == 302
    assert exchange(server.url, headers=[("Cookie", f"CF_Authorization={token}")]).status == 200
    assert origin.last().one("Cf-Access-Authenticated-User-Email") == "ada@example.com"
    with Keys.remote(TEAM) as keys, Verifier(team=TEAM, audiences=[server.audience], keys=keys) as verifier:
        assert verifier.verify_request(origin.last().headers).email == "ada@example.com"
    server.control("POST", "faults", {"name": "edge-503"})
    assert exchange(server.url).status == 503
