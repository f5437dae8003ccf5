"""What passes a proxy that asks the server, and as whom."""

from __future__ import annotations

import json
import socket
import subprocess

import pytest
from local.wire import Answer, Headers, exchange

from .application import Application
from .proxy import HOST, Proxy
from .tokens import ASSERTION, EMAIL, expired, large, person, service

EMAIL_HEADER = "Cf-Access-Authenticated-User-Email"
IDENTITY = [EMAIL_HEADER, "X-Cfaccess-Subject", "X-Cfaccess-Principal"]
SPELLINGS = [
    EMAIL_HEADER,
    EMAIL_HEADER.lower(),
    EMAIL_HEADER.upper(),
    "Cf_Access_Authenticated_User_Email",
    "CF_ACCESS_AUTHENTICATED_USER_EMAIL",
    "Cf-Access-Authenticated_User-Email",
    "Cf.Access.Authenticated.User.Email",
    "Cf-Access.Authenticated_User-Email",
    "X_Cfaccess_Subject",
    "X-Cfaccess-Principal",
]


def identity(application: Application, name: str) -> list[str]:
    """The values of a header at the application, in every spelling that one may take for it."""

    def plain(name: str) -> str:
        return name.lower().replace("_", "-").replace(".", "-")

    return [value for each, value in application.last().headers if plain(each) == plain(name)]


def direct(server: int, headers: Headers) -> Answer:
    return exchange(f"http://127.0.0.1:{server}/verify/wiki", headers=headers)


def test_a_person_passes(proxy: Proxy, application: Application) -> None:
    answer = proxy.ask("/page?q=1", [person()])

    assert (answer.status, answer.body) == (200, b"welcome")
    assert application.last().target == "/page?q=1"
    assert identity(application, EMAIL_HEADER) == [EMAIL]
    assert all(len(identity(application, name)) == 1 for name in IDENTITY)


@pytest.mark.parametrize("twice", [False, True], ids=["once", "twice"])
@pytest.mark.parametrize("spelled", SPELLINGS)
def test_a_client_says_nothing_about_itself(
    proxy: Proxy, application: Application, spelled: str, twice: bool
) -> None:
    answer = proxy.ask(headers=[person(), *[(spelled, "eve@example.com")] * (2 if twice else 1)])

    assert answer.status in (200, 400, 403)
    if answer.status == 200:
        assert identity(application, EMAIL_HEADER) == [EMAIL]
        assert all("eve@example.com" not in identity(application, name) for name in IDENTITY)
    else:
        assert application.got == []


@pytest.mark.parametrize("spelled", SPELLINGS)
def test_a_service_has_no_email(proxy: Proxy, application: Application, spelled: str) -> None:
    answer = proxy.ask(headers=[service(), (spelled, "eve@example.com")])

    assert answer.status in (200, 400, 403)
    if answer.status == 200:
        assert identity(application, EMAIL_HEADER) in ([], [""])
    else:
        assert application.got == []


def test_a_service_passes(proxy: Proxy, application: Application) -> None:
    answer = proxy.ask(headers=[service()])

    assert answer.status == 200
    assert identity(application, EMAIL_HEADER) in ([], [""])


@pytest.mark.parametrize(
    "header",
    [
        ("X-Forwarded-Host", "open.example.com"),
        ("X-Forwarded-Uri", "/verify/other"),
        ("X-Forwarded-Method", "OPTIONS"),
        ("X-Forwarded-Prefix", "/verify/other"),
        ("X-Forwarded-Port", "9180"),
        ("X-Original-URL", "/verify/other"),
        ("X-Original-URI", "/verify/other"),
        ("X-Rewrite-Url", "/readyz"),
    ],
    ids=lambda header: header[0],
)
def test_forwarded_headers_of_a_client_change_nothing(
    proxy: Proxy, application: Application, header: tuple[str, str]
) -> None:
    refused = proxy.ask(headers=[header])
    passed = proxy.ask(headers=[person(), header])

    assert (refused.status, passed.status) == (401, 200)
    assert len(application.got) == 1


BODY = bytes(10_000_000)


@pytest.mark.parametrize("how", ["length", "chunked", "expect"])
def test_bodies_reach_the_application_alone(proxy: Proxy, application: Application, how: str) -> None:
    name, value = person()
    head = f"POST / HTTP/1.1\r\nHost: {HOST}\r\n{name}: {value}\r\nConnection: close\r\n"
    length = f"Content-Length: {len(BODY)}\r\n"
    chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
    request = {
        "length": f"{head}{length}\r\n".encode() + BODY,
        "chunked": f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + chunked,
        "expect": f"{head}{length}Expect: 100-continue\r\n\r\n".encode() + BODY,
    }[how]

    answer = proxy.send(request)

    assert answer.status == 200
    assert application.last().body == BODY


@pytest.mark.parametrize("token", [None, expired()], ids=["no token", "expired"])
def test_a_refusal_reaches_the_client_whole(
    proxy: Proxy, server: int, application: Application, token: tuple[str, str] | None
) -> None:
    headers = [] if token is None else [token]
    expected = direct(server, headers)

    answer = proxy.ask(headers=headers)

    assert (answer.status, answer.body) == (expected.status, expected.body)
    assert json.loads(answer.body)["status"] in ("NO_TOKEN", "EXPIRED")
    assert answer.all("WWW-Authenticate") == expected.all("WWW-Authenticate")
    assert answer.all("Cache-Control") == ["no-store"]
    assert application.got == []


def test_a_refusal_is_not_kept(proxy: Proxy) -> None:
    statuses = [proxy.ask(headers=headers).status for headers in ([], [person()], [], [person()])]

    assert statuses == [401, 200, 401, 200]


def test_a_large_token(proxy: Proxy) -> None:
    token = large(16_000)
    assert 15_000 < len(token[1]) <= 16_384

    assert proxy.ask(headers=[token]).status == 200


def test_two_tokens_are_malformed(proxy: Proxy, application: Application) -> None:
    answer = proxy.ask(headers=[person(), person()])

    assert json.loads(answer.body)["status"] == "MALFORMED"
    assert application.got == []


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"])
def test_methods(proxy: Proxy, application: Application, method: str) -> None:
    refused = proxy.ask(method=method)
    passed = proxy.ask(method=method, headers=[person()])

    assert (refused.status, passed.status) == (401, 200)
    assert [got.method for got in application.got] == [method]


@pytest.mark.parametrize("token", [True, False], ids=["token", "no token"])
def test_websockets(proxy: Proxy, application: Application, token: bool) -> None:
    lines = [
        "GET /socket HTTP/1.1",
        f"Host: {HOST}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        *([f"{ASSERTION}: {person()[1]}"] if token else []),
    ]
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=20) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        head = connection.recv(65536)
        if token:
            assert b" 101 " in head.splitlines()[0]
            connection.sendall(b"hello")
            assert connection.recv(5, socket.MSG_WAITALL) == b"hello"
        else:
            assert b" 401 " in head.splitlines()[0]
    assert len(application.got) == (1 if token else 0)


@pytest.mark.parametrize("token", [True, False], ids=["token", "no token"])
def test_http_2(proxy: Proxy, application: Application, token: bool) -> None:
    url = f"http://127.0.0.1:{proxy.http2_port}/"
    words = ["curl", "--silent", "--http2-prior-knowledge", "--noproxy", "*", "--write-out", "%{http_code}"]
    words += ["--output", "-", "--header", f"Host: {HOST}"]
    headers = ["--header", f"{ASSERTION}: {person()[1]}"] if token else []

    ended = subprocess.run([*words, *headers, url], capture_output=True, check=False, timeout=30)

    assert ended.stdout.endswith(b"200" if token else b"401"), ended
    assert len(application.got) == (1 if token else 0)
    if token:
        assert identity(application, EMAIL_HEADER) == [EMAIL]
