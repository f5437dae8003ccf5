"""Each fault, as an application in Python and one in Go see it, and those of the edge as a client does."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import IncompleteRead

import pytest

from .applications import Applications, running_applications
from .table import CERTS, EDGE, STATUSES, TOKEN
from .test_table import WEBSOCKET, XHR
from .wire import exchange, send

OUTAGES = [name for name in CERTS if STATUSES[name] != "UNKNOWN_KEY"]
SECONDS = 10
"""Within which keys that are fetched again each second were."""


@pytest.fixture(scope="module")
def running() -> Iterator[Applications]:
    with running_applications() as applications:
        yield applications


@pytest.fixture
def applications(running: Applications) -> Iterator[Applications]:
    """They know the key that signs, once the cooldown after the fetches of the test before has passed."""
    end = time.monotonic() + SECONDS
    while each(running) != everywhere(running, "OK"):
        assert time.monotonic() < end, "keys were not fetched again"
        time.sleep(0.1)
    yield running
    running.local.control("POST", "reset")


def each(applications: Applications, path: str = "/") -> dict[str, str]:
    """The status in each application, asked at the same time."""
    sessions = {name: applications.session(name) for name in applications.names}
    with ThreadPoolExecutor() as pool:
        asked = {name: pool.submit(applications.ask, name, path, sessions[name]) for name in sessions}
        return {name: answer.result().status for name, answer in asked.items()}


def everywhere(applications: Applications, status: str) -> dict[str, str]:
    return dict.fromkeys(applications.names, status)


def test_the_table_was_read() -> None:
    assert min(len(EDGE), len(CERTS), len(TOKEN)) > 5


@pytest.mark.parametrize("fault", TOKEN)
def test_a_fault_of_the_token_is_refused_with_its_status(applications: Applications, fault: str) -> None:
    applications.fault(fault)
    assert each(applications) == everywhere(applications, STATUSES[fault])

    applications.local.control("DELETE", "faults")

    assert each(applications) == everywhere(applications, "OK")


@pytest.mark.parametrize("fault", OUTAGES)
def test_keys_that_were_never_fetched_are_missed_and_those_in_force_stay(
    applications: Applications, fault: str
) -> None:
    sessions = {name: applications.session(name) for name in applications.names}
    before = {name: applications.ask(name, headers=sessions[name]) for name in sessions}
    assert {name: verdict.status for name, verdict in before.items()} == everywhere(applications, "OK")

    applications.fault(fault)

    assert each(applications, "/fresh") == everywhere(applications, STATUSES[fault])
    for name, session in sessions.items():
        end = time.monotonic() + SECONDS
        while (verdict := applications.ask(name, headers=session)).failures == before[name].failures:
            assert verdict.status == "OK"
            assert time.monotonic() < end, f"{name} fetched nothing"
            time.sleep(0.02)
        assert applications.ask(name, headers=session).status == "OK"


@pytest.mark.parametrize("fault", ["certs-stale", "certs-only-old"])
def test_a_document_without_the_key_that_signs(applications: Applications, fault: str) -> None:
    applications.local.control("POST", "keys/rotate")
    applications.fault(fault)

    assert each(applications, "/fresh") == everywhere(applications, STATUSES[fault])


def test_a_document_without_the_key_that_signed_before(applications: Applications) -> None:
    sessions = {name: applications.session(name) for name in applications.names}
    applications.local.control("POST", "keys/rotate")
    assert applications.ask("python", "/fresh", sessions["python"]).status == "OK"

    applications.fault("certs-only-new")

    status = STATUSES["certs-only-new"]
    for name, session in sessions.items():
        assert applications.ask(name, "/fresh", session).status == status, name
    assert each(applications, "/fresh") == everywhere(applications, "OK"), "tokens of the new key"


def test_a_fault_for_once_hits_one_of_many(applications: Applications) -> None:
    session = applications.session("python")
    assert applications.ask("python", headers=session).status == "OK"
    applications.fault("expired", times=1)

    with ThreadPoolExecutor(100) as pool:
        verdicts = list(pool.map(lambda _: applications.ask("python", headers=session), range(100)))

    assert Counter(verdict.status for verdict in verdicts) == {"EXPIRED": 1, "OK": 99}
    assert applications.local.control("GET", "faults")["faults"] == []


def test_a_fault_keeps_to_its_path_and_its_application(applications: Applications) -> None:
    session = applications.session("python")
    applications.fault("wrong-app", app="python", path="/limited")

    paths = ("/limited", "/limited/page", "/limitedly", "/")
    statuses = [applications.ask("python", path, session).status for path in paths]
    assert statuses == ["WRONG_AUDIENCE", "WRONG_AUDIENCE", "OK", "OK"]
    for name in set(applications.names) - {"python"}:
        assert applications.ask(name, "/limited").status == "OK"


def test_reset_ends_all(applications: Applications) -> None:
    session = applications.session("python")
    for name in ("expired", "certs-500", "edge-503"):
        applications.fault(name)

    applications.local.control("POST", "reset")

    assert applications.local.control("GET", "faults")["faults"] == []
    assert applications.get("python", headers=session).status == 302
    assert each(applications, "/fresh") == everywhere(applications, "OK")


@pytest.mark.parametrize(("fault", "status"), [("edge-401-all", 401), ("edge-503", 503)])
def test_the_edge_answers_in_place_of_the_application(
    applications: Applications, fault: str, status: int
) -> None:
    session = applications.session("python")
    applications.fault(fault)

    assert applications.get("python", headers=session).status == status
    assert applications.get("python", headers=[]).status == status


def test_the_edge_sends_a_script_to_the_login(applications: Applications) -> None:
    assert applications.get("python", headers=XHR).status == 401
    applications.fault("edge-302-xhr")

    answer = applications.get("python", headers=XHR)

    assert answer.status == 302
    assert answer.location.startswith(applications.local.team("/cdn-cgi/access/login/"))
    assert applications.ask("python").status == "OK", "who is no script gets the page"


def test_the_edge_is_slow(applications: Applications) -> None:
    applications.fault("edge-slow", times=1)
    url = applications.local.url("/", "python")
    port = int(applications.local.ready["team_url"].rsplit(":", 1)[1])
    host = url.split("/")[2]

    with pytest.raises(TimeoutError):
        send(port, f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode(), seconds=2)

    assert exchange(url).status == 302


def test_the_edge_cuts_its_answer(applications: Applications) -> None:
    applications.fault("edge-cut")

    with pytest.raises(IncompleteRead):
        applications.get("python")


def test_the_edge_closes_web_sockets(applications: Applications) -> None:
    applications.fault("ws-close")

    answer = applications.get("python", headers=[*applications.session("python"), *WEBSOCKET])

    assert answer.status == 101
    assert answer.one("Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    assert applications.ask("python").status == "OK", "all but WebSockets pass"
