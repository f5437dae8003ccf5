"""That the endpoint does what each behaviour says, as other clients see it."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import jwt
import pytest

from endpoint import Endpoint, key, token
from endpoint.certificates import HOST
from endpoint.server import PATH


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as running:
        yield running


def ask(endpoint: Endpoint, **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
    """By the team's own address, through the proxy."""
    trusting = ssl.create_default_context(cafile=endpoint.ca_file)
    proxy = urlsplit(endpoint.proxy)
    connection = http.client.HTTPSConnection(str(proxy.hostname), proxy.port, timeout=0.5, context=trusting)
    connection.set_tunnel(HOST, 443)
    try:
        connection.request("GET", PATH, headers={name.replace("_", "-"): v for name, v in headers.items()})
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def key_ids(body: bytes) -> list[str]:
    return [entry["kid"] for entry in json.loads(body)["keys"]]


def test_it_hands_out_the_keys_that_sign_its_tokens(endpoint: Endpoint) -> None:
    endpoint.behave(keys=["acme-2", "fresh-1"])

    status, _, body = ask(endpoint)

    assert status == 200
    assert key_ids(body) == [key("acme-2").kid, key("fresh-1").kid]
    for name, entry in zip(("acme-2", "fresh-1"), json.loads(body)["keys"]):
        claims = jwt.decode(token(name), jwt.PyJWK(entry), ["RS256"], options={"verify_aud": False})
        assert claims["iss"] == f"https://{HOST}"


def test_it_answers_at_its_own_address_too(endpoint: Endpoint) -> None:
    trusting = ssl.create_default_context(cafile=endpoint.ca_file)

    with urllib.request.urlopen(endpoint.url, context=trusting) as response:
        assert key_ids(response.read()) == [key("acme-1").kid]


def test_it_remembers_what_came(endpoint: Endpoint) -> None:
    endpoint.behave(entity_tag='"one"', headers=[["Cache-Control", "max-age=5"], ["Cache-Control", "public"]])

    first, headers, _ = ask(endpoint)
    second, _, body = ask(endpoint, If_None_Match='"one"')

    assert (first, second, body) == (200, 304, b"")
    assert headers.get_all("Cache-Control") == ["max-age=5", "public"]
    assert [(it.path, it.if_none_match, it.answer) for it in endpoint.requests] == [
        (PATH, None, "200"),
        (PATH, '"one"', "304"),
    ]
    assert len(endpoint.connections) == 2


@pytest.mark.parametrize("status", [404, 429, 500])
def test_a_status(endpoint: Endpoint, status: int) -> None:
    endpoint.behave("status", status=status, headers=[["Retry-After", "7"]])

    answered, headers, _ = ask(endpoint)

    assert (answered, headers["Retry-After"]) == (status, "7")


@pytest.mark.parametrize("kind", ["html", "not_json", "cut", "gzip_bomb"])
def test_bodies_that_are_no_json(endpoint: Endpoint, kind: str) -> None:
    endpoint.behave(kind)

    status, _, body = ask(endpoint)

    assert status == 200
    assert len(body) < 2 << 20
    with pytest.raises(ValueError):  # noqa: PT011
        json.loads(body)


def test_documents_that_are_not_taken(endpoint: Endpoint) -> None:
    endpoint.behave("empty")
    assert key_ids(ask(endpoint)[2]) == []

    endpoint.behave("many")
    assert len(set(key_ids(ask(endpoint)[2]))) == 33

    endpoint.behave("large")
    assert len(ask(endpoint)[2]) == 2 << 20


def test_an_answer_that_breaks_off(endpoint: Endpoint) -> None:
    endpoint.behave("truncated")

    with pytest.raises((http.client.IncompleteRead, ssl.SSLError)):
        ask(endpoint)


@pytest.mark.parametrize("kind", ["slow", "stalled"])
def test_an_answer_that_does_not_come(endpoint: Endpoint, kind: str) -> None:
    endpoint.behave(kind)
    begin = time.monotonic()

    with pytest.raises((socket.timeout, http.client.IncompleteRead)):
        ask_until(endpoint, begin + 1)

    assert len(endpoint.connections) == 1


def ask_until(endpoint: Endpoint, end: float) -> None:
    """Reads on while bytes come, as a client without a limit to the whole would."""
    trusting = ssl.create_default_context(cafile=endpoint.ca_file)
    url = urlsplit(endpoint.url)
    connection = http.client.HTTPSConnection(str(url.hostname), url.port, timeout=0.5, context=trusting)
    connection.request("GET", PATH)
    response = connection.getresponse()
    while time.monotonic() < end:
        assert response.read(1) != b"", "it ended"
    connection.close()
    raise socket.timeout


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("wrong_certificate", "Hostname mismatch"),
        ("expired_certificate", "certificate has expired"),
        ("future_certificate", "certificate is not yet valid"),
        ("stranger_certificate", "unable to get local issuer certificate"),
        ("namesake_certificate", "certificate signature failure|unable to get local issuer certificate"),
    ],
)
def test_a_certificate_that_is_not_to_be_trusted(endpoint: Endpoint, kind: str, words: str) -> None:
    endpoint.behave(kind)

    with pytest.raises(ssl.SSLCertVerificationError, match=words):
        ask(endpoint)


@pytest.mark.parametrize(("kind", "words"), [("no_tls", "WRONG_VERSION_NUMBER"), ("closed", "EOF|reset")])
def test_a_port_that_does_not_speak_tls(endpoint: Endpoint, kind: str, words: str) -> None:
    endpoint.behave(kind)

    with pytest.raises(OSError, match=words):
        ask(endpoint)


def test_it_refuses_connections_and_takes_them_again(endpoint: Endpoint) -> None:
    url = urlsplit(endpoint.url)
    endpoint.behave("refused")

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((str(url.hostname), url.port or 0))
    with pytest.raises(OSError, match=r"Remote end closed|Tunnel|closed"):
        ask(endpoint)
    endpoint.behave()

    assert ask(endpoint)[0] == 200


def test_an_answer_may_be_delayed(endpoint: Endpoint) -> None:
    endpoint.behave(delay=0.2)
    begin = time.monotonic()

    assert ask(endpoint)[0] == 200

    assert time.monotonic() - begin >= 0.2


def test_programs_of_other_languages_drive_it() -> None:
    command = [sys.executable, str(Path(__file__).parent)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        places = json.loads(process.stdout.readline())
        body = json.dumps({"kind": "status", "status": 404}).encode()
        change = urllib.request.Request(f"{places['control']}/behaviour", data=body, method="PUT")
        urllib.request.urlopen(change).close()
        trusting = ssl.create_default_context(cafile=places["ca_file"])

        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(places["url"], context=trusting)

        with urllib.request.urlopen(f"{places['control']}/requests") as seen:
            assert [request["answer"] for request in json.load(seen)] == ["404"]
        with urllib.request.urlopen(f"{places['control']}/token?key=acme-2") as minted:
            assert jwt.get_unverified_header(minted.read().decode())["kid"] == key("acme-2").kid
        process.stdin.close()
        assert process.wait(10) == 0
