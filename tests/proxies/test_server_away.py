"""A proxy whose server cannot be asked lets nothing pass."""

from __future__ import annotations

import pytest
from local.wire import Answer

from .application import Application
from .conftest import StartProxy
from .proxy import HOST, Proxy
from .way import GARBAGE, Way

PATIENCE = 40
"""Seconds: Traefik waits 30 for an answer, which cannot be set."""
only = pytest.mark.parametrize

HAPROXY = only("kind", ["haproxy"], indirect=True)
CADDY = only("kind", ["caddy-2.6", "caddy-2.11"], indirect=True)


def ask(proxy: Proxy) -> Answer:
    request = f"GET / HTTP/1.1\r\nHost: {HOST}\r\nCf-Access-Jwt-Assertion: token\r\nConnection: close\r\n\r\n"
    return proxy.send(request.encode(), seconds=PATIENCE)


def test_stopped(start: StartProxy, way: Way, application: Application) -> None:
    proxy = start()
    way.refuse()

    answer = ask(proxy)

    assert answer.status >= 500
    assert application.got == []


def test_hanging(start: StartProxy, way: Way, application: Application) -> None:
    proxy = start()
    way.hang()

    answer = ask(proxy)

    assert answer.status >= 500
    assert application.got == []


@only("garbage", GARBAGE)
def test_garbage(start: StartProxy, way: Way, application: Application, garbage: str) -> None:
    proxy = start()
    way.say(GARBAGE[garbage])

    answer = ask(proxy)

    assert answer.status >= 300
    assert application.got == []


@HAPROXY
@only(
    ("working", "faulty"),
    [
        ("local headers =", "error('fails')\n  local headers ="),
        ("txn:set_var(variable, answer.headers[name][0])", "txn:set_var(variable, answer.nothing[name][0])"),
        ("url = url", "url = 'http://no-such-host.invalid/verify/wiki'"),
        ("url = url", "url = 'no address'"),
    ],
    ids=["before asking", "after the answer", "a host that does not exist", "an address that is none"],
)
def test_errors_in_lua(
    start: StartProxy, way: Way, application: Application, working: str, faulty: str
) -> None:
    proxy = start(lambda text: text.replace(working, faulty))
    way.say(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    answer = ask(proxy)

    assert answer.status == 503
    assert answer.one("Cache-Control") == "no-store"
    assert application.got == []


@HAPROXY
def test_an_answer_of_200_without_identity_headers(
    start: StartProxy, way: Way, application: Application
) -> None:
    proxy = start()
    way.say(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    answer = ask(proxy)

    assert answer.status == 503
    assert application.got == []


@HAPROXY
def test_without_its_script_haproxy_does_not_start(start: StartProxy) -> None:
    with pytest.raises(AssertionError, match="haproxy has ended"):
        start(lambda text: text.replace("lua-load ", "lua-load /nonexistent"))


VERIFIED = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nCf-Access-Authenticated-User-Email: ada@example.com\r\n"
    b"X-Cfaccess-Subject: subject\r\nX-Cfaccess-Principal: ada@example.com\r\n\r\n"
)


@CADDY
def test_caddy_removes_the_client_s_header_before_it_asks(
    start: StartProxy, way: Way, application: Application
) -> None:
    proxy = start()
    way.say(VERIFIED)

    answer = proxy.ask(headers=[("Cf-Access-Authenticated-User-Email", "eve@example.com")])

    assert answer.status == 200
    assert application.last().all("Cf-Access-Authenticated-User-Email") == ["ada@example.com"]


@CADDY
def test_without_route_caddy_removes_the_verified_header(
    start: StartProxy, way: Way, application: Application
) -> None:
    proxy = start(lambda text: text.replace("\troute {\n", "").replace("\n\t}\n}", "\n}"))
    way.say(VERIFIED)

    answer = proxy.ask()

    assert answer.status == 200
    assert application.last().all("Cf-Access-Authenticated-User-Email") == []
