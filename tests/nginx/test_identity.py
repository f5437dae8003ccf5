"""What an application after nginx is told of who is calling: what was verified, not what the client says."""

from __future__ import annotations

import pytest
from local.wire import Headers

from .conftest import StartNginx
from .http2 import Http2
from .tokens import EMAIL, FIXED_KEYS, bearing, person, service
from .upstream import Upstream

HEADER = "Cf-Access-Authenticated-User-Email"
EVERY_NAME = "underscores_in_headers on;"
SPOOFED = {
    "one": [(HEADER, "root@example.com")],
    "two": [(HEADER, "root@example.com"), (HEADER, "admin@example.com")],
    "other case": [(HEADER.upper(), "root@example.com")],
    "underscores": [(HEADER.replace("-", "_"), "root@example.com")],
    "both signs": [("cf_access-authenticated_user-EMAIL", "root@example.com")],
    "first, last and between": [
        (HEADER, "root@example.com"),
        ("X-One", "1"),
        (HEADER.lower(), "root@example.com"),
        ("X-Two", "2"),
        (HEADER.replace("-", "_"), "root@example.com"),
    ],
    "among more headers than nginx keeps in one piece": [
        pair for number in range(50) for pair in ((f"X-{number}", str(number)), (HEADER, "root@example.com"))
    ],
}


def fastcgi(upstream: Upstream) -> str:
    return f"fastcgi_pass {upstream.fastcgi}; fastcgi_param REQUEST_URI $request_uri;"


@pytest.mark.parametrize("spoofed", SPOOFED.values(), ids=SPOOFED)
@pytest.mark.parametrize("lenient", [EVERY_NAME, "ignore_invalid_headers off;"])
def test_a_spoofed_address_never_arrives(
    start: StartNginx, upstream: Upstream, spoofed: Headers, lenient: str
) -> None:
    nginx = start(
        f"cfaccess on; {FIXED_KEYS} cfaccess_email_header ignore; {lenient}"
        f"location / {{ proxy_pass {upstream.url}; }} location /fastcgi {{ {fastcgi(upstream)} }}"
    )
    kept = [pair for pair in spoofed if pair[0].startswith("X-")]

    for path in ("/", "/fastcgi"):
        answer = nginx.get(path, [*bearing(person()), *spoofed, ("X-End", "end")])

        assert answer.status == 200
        assert upstream.last.emails == [EMAIL]
        assert [upstream.last.all(name) for name, _ in kept] == [[value] for _, value in kept]
        assert upstream.last.all("X-End") == ["end"]


def test_a_spoofed_address_never_arrives_over_http_2(start: StartNginx, upstream: Upstream) -> None:
    nginx = start(
        f"cfaccess on; {FIXED_KEYS} cfaccess_email_header ignore; {EVERY_NAME}"
        f"location / {{ proxy_pass {upstream.url}; }}"
    )
    spoofed = [
        (b"cf_access_authenticated_user_email", b"root@example.com"),
        (HEADER.encode(), b"root@example.com"),
    ]

    with Http2(nginx.http2_port) as connection:
        answer = connection.get("/", [(b"cf-access-jwt-assertion", person().encode()), *spoofed])

    assert answer.status == 200
    assert upstream.last.emails == [EMAIL]


def test_a_spoofed_address_is_a_reason_to_refuse(start: StartNginx, upstream: Upstream) -> None:
    nginx = start(
        f"cfaccess on; {FIXED_KEYS} {EVERY_NAME} add_header X-Status $cfaccess_status always;"
        f"location / {{ proxy_pass {upstream.url}; }}"
    )
    for name in (HEADER, HEADER.lower(), HEADER.replace("-", "_")):
        answer = nginx.get("/", [*bearing(person()), (name, "root@example.com")])

        assert (answer.status, answer.one("X-Status")) == (403, "IDENTITY_MISMATCH")
    assert upstream.seen == []


def test_the_address_is_written_as_in_the_token(start: StartNginx, upstream: Upstream) -> None:
    nginx = start(f"cfaccess on; {FIXED_KEYS} location / {{ proxy_pass {upstream.url}; }}")

    nginx.get("/", [*bearing(person()), (HEADER, EMAIL.upper())])

    assert upstream.last.emails == [EMAIL]


def test_another_spelling_of_the_token_never_arrives(start: StartNginx, upstream: Upstream) -> None:
    nginx = start(
        f"cfaccess on; {FIXED_KEYS} {EVERY_NAME} location / {{ {fastcgi(upstream)} }}"
        f"location /off {{ cfaccess off; {fastcgi(upstream)} }}"
    )
    token = person()

    nginx.get("/", [("Cf_Access_Jwt_Assertion", "forged"), *bearing(token)])
    assert upstream.last.all("Cf-Access-Jwt-Assertion") == [token]
    nginx.get("/off", [("Cf_Access_Jwt_Assertion", "forged")])
    assert upstream.last.all("Cf-Access-Jwt-Assertion") == []


def test_a_service_has_no_address(start: StartNginx, upstream: Upstream) -> None:
    nginx = start(
        f"cfaccess on; {FIXED_KEYS} cfaccess_allow_service any; cfaccess_email_header ignore;"
        f"location / {{ proxy_pass {upstream.url}; }}"
    )

    answer = nginx.get("/", [*bearing(service()), (HEADER, "root@example.com")])

    assert answer.status == 200
    assert upstream.last.emails == []


def test_the_address_can_be_left_out(start: StartNginx, upstream: Upstream) -> None:
    nginx = start(
        f"cfaccess on; {FIXED_KEYS} cfaccess_forward_email off; location / {{ proxy_pass {upstream.url}; }}"
    )

    answer = nginx.get("/", [*bearing(person()), (HEADER, EMAIL)])

    assert answer.status == 200
    assert upstream.last.emails == []


def test_where_it_is_off_anybody_may_come_but_nobody_is_named(start: StartNginx, upstream: Upstream) -> None:
    nginx = start(
        f"cfaccess on; {FIXED_KEYS} {EVERY_NAME}"
        f"location /open {{ cfaccess off; proxy_pass {upstream.url}; }}"
        f"location / {{ proxy_pass {upstream.url}; }}"
    )
    spoofed = [(HEADER, "root@example.com"), (HEADER.replace("-", "_"), "root@example.com")]

    assert nginx.get("/open", spoofed).status == 200
    assert upstream.last.emails == []
    assert nginx.get("/", spoofed).status == 401


def test_where_nothing_is_said_requests_stay_as_they_are(start: StartNginx, upstream: Upstream) -> None:
    nginx = start(f"{EVERY_NAME} {FIXED_KEYS} location / {{ proxy_pass {upstream.url}; }}")
    headers = [
        (HEADER, "a@example.com"),
        ("cf_access_authenticated_user_email", "b"),
        ("X-One", "1"),
        (HEADER, "c"),
    ]

    answer = nginx.get("/", headers)

    assert answer.status == 200
    assert [pair for pair in upstream.last.headers if pair[0] not in ("Host", "Connection")] == headers
