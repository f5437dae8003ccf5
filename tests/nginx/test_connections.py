"""What becomes of a connection once a request of it is refused, and of those that live long."""

from __future__ import annotations

import re
import socket
import time
from http.client import HTTPResponse

from local.wire import send

from .conftest import StartNginx
from .tokens import FIXED_KEYS, bearing, person
from .upstream import Upstream


def _read(connection: socket.socket, method: str = "GET") -> int:
    response = HTTPResponse(connection, method=method)
    response.begin()
    response.read()
    return response.status


def test_a_connection_goes_on_after_a_refusal(start: StartNginx) -> None:
    nginx = start(f"cfaccess on; {FIXED_KEYS}")
    refused = b"GET /page.txt HTTP/1.1\r\nHost: a\r\n\r\n"
    accepted = f"GET /page.txt HTTP/1.1\r\nHost: a\r\nCf-Access-Jwt-Assertion: {person()}\r\n\r\n".encode()

    with socket.create_connection(("127.0.0.1", nginx.port), timeout=10) as connection:
        for request, status in ((refused, 401), (accepted, 200), (refused, 401)):
            connection.sendall(request)
            assert _read(connection) == status


def test_pipelined_requests_are_judged_one_by_one(start: StartNginx) -> None:
    nginx = start(f"cfaccess on; {FIXED_KEYS}")
    token = f"Cf-Access-Jwt-Assertion: {person()}\r\n"
    lines = [f"GET /page.txt HTTP/1.1\r\nHost: a\r\n{head}\r\n" for head in ("", token, "", token)]

    with socket.create_connection(("127.0.0.1", nginx.port), timeout=10) as connection:
        connection.sendall("".join(lines).encode())
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while more := connection.recv(65536):
            received += more

    assert re.findall(rb"HTTP/1\.1 (\d+)", received) == [b"401", b"200", b"401", b"200"]


def test_head_and_options_are_judged_too(start: StartNginx) -> None:
    nginx = start(f"cfaccess on; {FIXED_KEYS}")

    assert nginx.get("/page.txt", method="HEAD").status == 401
    assert nginx.get("/page.txt", method="OPTIONS").status == 401
    assert nginx.get("/page.txt", bearing(person()), "HEAD").status == 200


def test_a_refused_upload_is_not_read(start: StartNginx, upstream: Upstream) -> None:
    nginx = start(
        f"cfaccess on; {FIXED_KEYS} client_max_body_size 0; location / {{ proxy_pass {upstream.url}; }}"
    )
    head = (
        "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
        "Expect: 100-continue\r\nContent-Length: 104857600\r\n\r\n"
    )

    began = time.monotonic()
    answer = send(nginx.port, head.encode(), "POST")

    assert answer.status == 401
    assert time.monotonic() - began < 2
    assert upstream.seen == []
    assert list((nginx.folder / "temp" / "body").glob("**/*")) == []


def test_a_chunked_upload_is_refused(start: StartNginx, upstream: Upstream) -> None:
    nginx = start(f"cfaccess on; {FIXED_KEYS} location / {{ proxy_pass {upstream.url}; }}")
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"

    answer = send(
        nginx.port,
        b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 4,
    )

    assert answer.status == 401
    assert upstream.seen == []


def test_a_websocket_is_judged_when_it_begins(start: StartNginx, upstream: Upstream) -> None:
    nginx = start(
        f"cfaccess on; {FIXED_KEYS} location / {{ proxy_pass {upstream.url}; proxy_http_version 1.1;"
        "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; }"
    )
    upgrade = "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"

    assert send(nginx.port, f"{upgrade}\r\n".encode()).status == 401
    with socket.create_connection(("127.0.0.1", nginx.port), timeout=10) as connection:
        connection.sendall(f"{upgrade}Cf-Access-Jwt-Assertion: {person()}\r\n\r\n".encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += connection.recv(1)
        assert head.startswith(b"HTTP/1.1 101 ")
        connection.sendall(b"hello")
        assert connection.recv(5) == b"hello"


def test_a_cached_answer_is_for_those_who_may_see_it(start: StartNginx, upstream: Upstream) -> None:
    nginx = start(
        f"cfaccess on; {FIXED_KEYS}"
        f"location / {{ proxy_pass {upstream.url}; proxy_cache kept; proxy_cache_valid 200 1h;"
        "add_header X-Cache $upstream_cache_status; }",
        http="proxy_cache_path cache keys_zone=kept:1m;",
    )

    assert nginx.get("/", bearing(person())).one("X-Cache") == "MISS"
    assert nginx.get("/", bearing(person(sub="other"))).one("X-Cache") == "HIT"
    assert nginx.get("/").status == 401
    assert nginx.get("/", bearing(person(exp=1))).status == 401
    assert len(upstream.seen) == 1
