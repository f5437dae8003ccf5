"""Flask, Django and FastAPI under gunicorn and uvicorn: the examples, asked over HTTP."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from endpoint import Endpoint
from servers import GUNICORN, LOGIN_PAGE, UVICORN, Server, serving
from support import mint, person

EMAIL_HEADER = "Cf_Access_Authenticated_User_Email"
PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


class Setup(NamedTuple):
    """A framework, its server, and the application of the example."""

    framework: str
    command: list[str]
    application: str


SETUPS = [
    Setup("flask", GUNICORN, "flask_app:app"),
    Setup("django", GUNICORN, "django_app:application"),
    Setup("django", UVICORN, "django_app:asgi_application"),
    Setup("fastapi", UVICORN, "fastapi_app:app"),
]


@pytest.fixture(scope="module", params=SETUPS, ids=lambda setup: f"{setup.framework}-{setup.command[0]}")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    setup: Setup = request.param
    for needed in (setup.framework, setup.command[0]):
        pytest.importorskip(needed, reason=f"the Python package {needed} is missing")
    directory = tmp_path_factory.mktemp("server")
    with Endpoint() as endpoint, serving(setup.command, setup.application, directory, endpoint) as server:
        yield server


@pytest.fixture(scope="module")
def fresh() -> str:
    """A token that is valid now."""
    now = int(time.time())
    return mint(person(iat=now - 60, nbf=now - 60, exp=now + 3600))


def test_verified_person_is_greeted(server: Server, fresh: str) -> None:
    answer = server.ask("/", Cf_Access_Jwt_Assertion=fresh)

    assert (answer.status, answer.body) == (200, "hello, user@example.com")


def test_no_token_is_401_and_never_stored(server: Server) -> None:
    answer = server.ask("/")

    assert answer.status == 401
    assert json.loads(answer.body) == {"status": "NO_TOKEN", "message": "the request carries no token"}
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["WWW-Authenticate"] == "Cloudflare-Access"


def test_answer_is_text_if_the_client_prefers_it(server: Server) -> None:
    answer = server.ask("/", Accept="text/plain", Cf_Access_Jwt_Assertion="x")

    assert (answer.status, answer.body) == (401, "MALFORMED: not a signed token in compact form\n")


def test_expired_token_is_401_without_a_word_of_it(server: Server) -> None:
    expired = mint(person())

    answer = server.ask("/", Cf_Access_Jwt_Assertion=expired)

    assert (answer.status, json.loads(answer.body)["status"]) == (401, "EXPIRED")
    said = answer.body + str(answer.headers)
    assert not any(word in said for word in (*expired.split("."), "user@", "7335d417"))


def test_path_that_does_not_exist_needs_a_token_too(server: Server, fresh: str) -> None:
    assert server.ask("/absent").status == 401
    assert server.ask("/absent", Cf_Access_Jwt_Assertion=fresh).status == 404


def test_open_path_is_open_by_its_method_and_whole_path(server: Server) -> None:
    assert server.ask("/healthz").body == "open"
    assert server.ask("/healthz?deep=1").body == "open"
    assert server.ask("/healthz", "HEAD").status != 401
    for method, path in [("POST", "/healthz"), ("GET", "/healthz/x"), ("GET", "//healthz")]:
        assert server.ask(path, method).status == 401, (method, path)


def test_open_path_with_a_good_token_is_open(server: Server, fresh: str) -> None:
    assert server.ask("/healthz", Cf_Access_Jwt_Assertion=fresh).body == "open"


def test_another_persons_email_is_403(server: Server, fresh: str) -> None:
    answer = server.ask("/", Cf_Access_Jwt_Assertion=fresh, **{EMAIL_HEADER: "root@example.com"})

    assert (answer.status, json.loads(answer.body)["status"]) == (403, "IDENTITY_MISMATCH")


@pytest.mark.parametrize("sent", [{}, {EMAIL_HEADER: "user@example.com"}], ids=["without", "with"])
def test_code_that_trusts_the_email_header_sees_the_verified_one(
    server: Server, fresh: str, sent: dict[str, str]
) -> None:
    answer = server.ask("/legacy", Cf_Access_Jwt_Assertion=fresh, **sent)

    assert (answer.status, answer.body) == (200, "hello, user@example.com")


def test_browser_is_sent_to_log_in_and_back_to_its_path(server: Server) -> None:
    answer = server.ask("/reports/2026%20a?secret=1", **PAGE)

    assert (answer.status, answer.body) == (302, "")
    assert answer.headers["Location"] == f"{LOGIN_PAGE}?redirect_url=%2Freports%2F2026%2520a"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "sent",
    [
        {"X_Requested_With": "XMLHttpRequest"},
        {"Sec_Fetch_Mode": "cors"},
        {"Sec_Fetch_Dest": "iframe"},
        {"Accept": "*/*"},
        {"Cf_Access_Jwt_Assertion": "x"},
    ],
    ids=lambda sent: next(iter(sent)),
)
def test_nobody_else_is_redirected(server: Server, sent: dict[str, str]) -> None:
    assert server.ask("/", **{**PAGE, **sent}).status == 401


def test_post_of_a_browser_is_not_redirected(server: Server) -> None:
    assert server.ask("/", "POST", **PAGE).status == 401


def test_page_of_another_origin_may_not_post(server: Server, fresh: str) -> None:
    own = f"http://127.0.0.1:{server.port}"

    def post(**sent: str) -> int:
        return server.ask("/", "POST", Cf_Access_Jwt_Assertion=fresh, **sent).status

    assert post(Origin="https://evil.example") == 403
    assert post(Origin=own, Sec_Fetch_Site="cross-site") == 403
    assert post(Origin=own) == post(Sec_Fetch_Site="same-origin") == post() == 200


@pytest.mark.parametrize("path", ["/x/../healthz", "/x/%2e%2e/healthz", "/%2fhealthz", "/healthz%2f"])
def test_unclean_path_is_not_open(server: Server, path: str) -> None:
    assert server.ask(path).status in (401, 403)


def test_second_assertion_is_refused(server: Server, fresh: str) -> None:
    line = f"Cf-Access-Jwt-Assertion: {fresh}\r\n"

    answered = exchange(server, f"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{line}{line}\r\n")

    assert b" 401 " in answered.splitlines()[0]
    assert b"MALFORMED" in answered


def test_header_with_underscores_is_not_the_header(server: Server, fresh: str) -> None:
    line = f"Cf_Access_Jwt_Assertion: {fresh}\r\n"

    answered = exchange(server, f"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{line}\r\n")

    assert b" 401 " in answered.splitlines()[0]


@pytest.mark.parametrize(
    "server", [SETUPS[-1]], indirect=True, ids=[f"{SETUPS[-1].framework}-{SETUPS[-1].command[0]}"]
)
def test_websocket_opens_for_verified_persons_only(server: Server, fresh: str) -> None:
    client = pytest.importorskip("websockets.sync.client", reason="the Python package websockets is missing")
    url = f"ws://127.0.0.1:{server.port}/socket"

    with client.connect(url, additional_headers={"Cf-Access-Jwt-Assertion": fresh}, proxy=None) as socket:
        assert socket.recv(timeout=20) == "hello, user@example.com"
    with pytest.raises(Exception, match="HTTP 401"):
        client.connect(url, proxy=None)


def exchange(server: Server, request: str) -> bytes:
    """What comes back, to its end."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(request.encode())
        answered = b""
        while b"\r\n\r\n" not in answered or not answered.rstrip().endswith(b"}"):
            part = connection.recv(65536)
            if not part:
                break
            answered += part
        return answered
