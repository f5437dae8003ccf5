"""The server itself, asked as no proxy would ask it."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from endpoint import Endpoint
from local.program import PROGRAM, environment
from waiting import until

from .server import Server, missing, running_server
from .tokens import ASSERTION, EMAIL, expired, large, person, service

pytestmark = pytest.mark.skipif(missing() is not None, reason=missing() or "")

IDENTITY = ("Cf-Access-Authenticated-User-Email", "X-Cfaccess-Subject", "X-Cfaccess-Principal")


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    """A server that the test may change and end."""
    with Endpoint() as endpoint, running_server(tmp_path, endpoint) as server:
        yield server


def ask(port: int, target: str, *headers: tuple[str, str], method: str = "GET") -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.putrequest(method, target)
    for name, value in headers:
        connection.putheader(name, value)
    connection.endheaders()
    return connection.getresponse()


def status_of(answer: http.client.HTTPResponse) -> str:
    return str(json.loads(answer.read())["status"])


@pytest.mark.parametrize("target", ["/verify/wiki", "/verify/wiki/", "/verify/wiki/a/../b?x=/verify/other"])
def test_the_first_part_of_the_path_names_the_application(server: int, target: str) -> None:
    answer = ask(server, target, person())

    assert answer.status == 200
    assert answer.headers["Cf-Access-Authenticated-User-Email"] == EMAIL


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/verify",
        "/verify/",
        "//verify/wiki",
        "/verify//wiki",
        "/verify/other",
        "/verify/wiki%2f..%2fother",
        "/verify/other/../wiki",
        "/Verify/wiki",
        "/verify/WIKI",
        "/verify/" + "a" * 8000,
        "http://127.0.0.1/verify/wiki",
        "*",
    ],
)
def test_no_other_path_leads_to_an_application(server: int, target: str) -> None:
    answer = ask(server, target, person(), method="OPTIONS" if target == "*" else "GET")

    assert answer.status == 403
    assert status_of(answer) == "NO_ROUTE"


def test_what_a_client_sends_chooses_no_application(server: int) -> None:
    forwarded = [
        ("X-Forwarded-Uri", "/verify/wiki"),
        ("X-Forwarded-Prefix", "/verify/wiki"),
        ("X-Original-URL", "/verify/wiki"),
        ("X-Forwarded-Host", "wiki"),
    ]

    assert ask(server, "/verify/other", person(), *forwarded).status == 403
    assert ask(server, "/verify/wiki", *forwarded).status == 401


def test_every_answer_has_every_identity_header(server: int) -> None:
    of_person = ask(server, "/verify/wiki", person())
    of_service = ask(server, "/verify/wiki", service())
    refused = ask(server, "/verify/wiki", expired())

    assert all(of_person.headers[name] for name in IDENTITY)
    assert (of_service.status, of_service.headers[IDENTITY[0]]) == (200, "")
    assert [refused.headers[name] for name in IDENTITY] == ["", "", ""]


def test_a_refusal_is_complete(server: int) -> None:
    answer = ask(server, "/verify/wiki", expired(), ("Accept", "text/html"))

    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Cloudflare-Access")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Type"] == "application/json"
    assert status_of(answer) == "EXPIRED"


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("Cf_Access_Authenticated_User_Email", "eve@example.com", 403),
        ("CF.ACCESS.AUTHENTICATED.USER.EMAIL", "eve@example.com", 403),
        ("Cf_Access_Authenticated_User_Email", EMAIL.upper(), 200),
        ("x_cfaccess-subject", "eve", 403),
        ("X-Cfaccess-Principal", "", 403),
    ],
)
def test_a_look_alike_of_an_identity_header_must_be_the_verified_one(
    server: int, name: str, value: str, status: int
) -> None:
    assert ask(server, "/verify/wiki", person(), (name, value)).status == status


def test_only_the_address_may_differ_in_case(server: int) -> None:
    principal = ask(server, "/verify/wiki", person()).headers["X-Cfaccess-Principal"]

    assert ask(server, "/verify/wiki", person(), ("X_Cfaccess_Principal", principal)).status == 200
    assert ask(server, "/verify/wiki", person(), ("X_Cfaccess_Principal", principal.upper())).status == 403


def test_tokens_up_to_the_limit_are_read(server: int) -> None:
    assert ask(server, "/verify/wiki", large(16_000)).status == 200
    assert ask(server, "/verify/wiki", large(17_000)).status == 401


def test_two_tokens_are_malformed(server: int) -> None:
    name, value = person()

    twice = ask(server, "/verify/wiki", (name, value), (name, value))
    joined = ask(server, "/verify/wiki", (ASSERTION, f"{value}, {value}"))

    assert (twice.status, status_of(twice)) == (401, "MALFORMED")
    assert (joined.status, status_of(joined)) == (401, "MALFORMED")


def test_headers_are_bounded(server: int) -> None:
    few = [(f"X-Header-{number}", "x") for number in range(150)]
    many = [(f"X-Header-{number}", "x") for number in range(250)]

    assert ask(server, "/verify/wiki", person(), *few).status == 200
    assert ask(server, "/verify/wiki", person(), *many).status == 431
    assert ask(server, "/verify/wiki", person(), ("X-Large", "x" * 70_000)).status == 431


@pytest.mark.parametrize("form", ["length", "chunked", "expect", "missing"])
def test_a_body_is_not_waited_for(server: int, form: str) -> None:
    name, value = person()
    head = f"POST /verify/wiki HTTP/1.1\r\nHost: a\r\n{name}: {value}\r\n"
    body = b"x" * 10_000_000
    with socket.create_connection(("127.0.0.1", server), timeout=5) as connection:
        begun = time.monotonic()
        if form == "chunked":
            connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
            connection.sendall(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))
        elif form == "length":
            connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        elif form == "expect":
            connection.sendall(f"{head}Content-Length: 9\r\nExpect: 100-continue\r\n\r\n".encode())
        else:
            connection.sendall(f"{head}Content-Length: 9\r\n\r\n".encode())

        answer = http.client.HTTPResponse(connection)
        answer.begin()

        assert answer.status == 200
        assert time.monotonic() - begun < 0.5


def test_check_names_what_is_wrong(tmp_path: Path) -> None:
    config = tmp_path / "forward-auth.toml"
    good = 'listen = "127.0.0.1:9180"\n[app.wiki]\nteam = "acme"\naudience = "' + "a" * 64 + '"\n'
    command = [str(PROGRAM), "forward-auth", "--check", "--config", str(config)]

    for text, named in [
        (good, None),
        (good.replace("acme", ""), "[app.wiki]"),
        (good.replace('"acme"', '"acme"\naudiences = "x"'), "audiences"),
        (good.replace("127.0.0.1", "0.0.0.0"), "expose"),
        ('listen = "127.0.0.1:9180"\n', "no application"),
    ]:
        config.write_text(text)
        outcome = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
        assert (outcome.returncode == 0) == (named is None), outcome.stderr
        assert named is None or named in outcome.stderr


def test_sighup_takes_a_good_file_and_leaves_a_wrong_one(own: Server) -> None:
    text = own.config.read_text()
    own.config.write_text(text + "wrong\n")
    own.process.send_signal(signal.SIGHUP)
    until(lambda: "stays as it was" in own.log.read_text(), 5)
    assert ask(own.port, "/verify/wiki", person()).status == 200

    own.config.write_text(text.replace("[app.wiki]", "[app.other]"))
    own.process.send_signal(signal.SIGHUP)
    until(lambda: "read again" in own.log.read_text(), 5)

    assert ask(own.port, "/verify/other", person()).status == 200
    assert ask(own.port, "/verify/wiki", person()).status == 403


def test_sigterm_ends_it(own: Server) -> None:
    with socket.create_connection(("127.0.0.1", own.port)):
        own.process.send_signal(signal.SIGTERM)

        assert own.process.wait(10) == 0


def test_without_keys_it_says_why_it_is_not_ready(tmp_path: Path) -> None:
    with Endpoint() as endpoint:
        endpoint.behave("status", status=500)
        with running_server(tmp_path, endpoint, ready=False) as server:
            until(lambda: b"500" in ask(server.port, "/readyz").read(), 5)

            begun = time.monotonic()
            answer = ask(server.port, "/verify/wiki", person())
            assert (answer.status, answer.headers["Retry-After"] is not None) == (503, True)
            assert time.monotonic() - begun < 0.5


def test_answers_are_counted_by_application_and_status(own: Server) -> None:
    for headers in ([person()], [person()], [expired()]):
        ask(own.port, "/verify/wiki", *headers)
    ask(own.port, "/verify/other", person())

    answer = ask(own.port, "/metrics")

    assert answer.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    assert answer.read().decode().splitlines()[2:] == [
        'cfaccess_forward_auth_answers_total{app="wiki",status="EXPIRED"} 1',
        'cfaccess_forward_auth_answers_total{app="wiki",status="OK"} 2',
        "# EOF",
    ]


def test_systemd_is_told(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager, Endpoint() as endpoint:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(10)
        with running_server(tmp_path, endpoint, NOTIFY_SOCKET=str(tmp_path / "notify")) as server:
            assert manager.recv(100) == b"READY=1"
            server.process.send_signal(signal.SIGTERM)
            assert manager.recv(100) == b"STOPPING=1"


def test_whom_the_store_blocks_no_application_lets_in(own: Server, tmp_path: Path) -> None:
    store = f"sqlite:{tmp_path / 'revocations.db'}"
    command = [str(PROGRAM), "block", "user", EMAIL, "--until", "1h", "--team", "acme", "--store", store]
    subprocess.run(command, env=environment(), check=True, capture_output=True)
    wiki = own.config.read_text()
    other = wiki[wiki.index("[app.wiki]") :].replace("wiki", "other")
    own.config.write_text(f'store = "{store}"\n{wiki}\n{other}')

    own.process.send_signal(signal.SIGHUP)
    until(lambda: "read again" in own.log.read_text(), 5)

    for name in ("wiki", "other"):
        answer = ask(own.port, f"/verify/{name}", person())
        assert (answer.status, status_of(answer)) == (403, "BLOCKED"), name
