"""Beside the other modules that decide on access."""

from __future__ import annotations

import base64

from endpoint import Endpoint

from .conftest import StartNginx
from .server import Nginx
from .tokens import EMAIL, FIXED_KEYS, bearing, fetched_keys, person
from .upstream import EMAIL as HEADER
from .upstream import Upstream

PASSWORD = [("Authorization", "Basic " + base64.b64encode(b"ada:secret").decode())]
SPOOFED = [(HEADER, "root@example.com")]
WRONG = bearing("a.b.c")


def with_passwords(nginx: Nginx) -> None:
    (nginx.folder / "passwords").write_text("ada:{PLAIN}secret\n")


def test_whom_an_address_lets_in_cannot_name_somebody(start: StartNginx, upstream: Upstream) -> None:
    nginx = start(
        f"cfaccess on; {FIXED_KEYS} satisfy any; allow 127.0.0.1; deny all; underscores_in_headers on;"
        f"location / {{ proxy_pass {upstream.url}; }}"
    )

    for spoofed in (SPOOFED, [("Cf_Access_Authenticated_User_Email", "root@example.com")]):
        assert nginx.get("/", spoofed).status == 200
        assert upstream.last.emails == []


def test_either_a_token_or_a_password(start: StartNginx, upstream: Upstream) -> None:
    nginx = start(
        f"cfaccess on; {FIXED_KEYS} satisfy any; auth_basic ours; auth_basic_user_file passwords;"
        f"location / {{ proxy_pass {upstream.url}; }}"
    )
    with_passwords(nginx)

    by_token = nginx.get("/", bearing(person()))
    assert by_token.status == 200
    assert upstream.last.emails == [EMAIL]
    assert by_token.all("WWW-Authenticate") == []

    by_password = nginx.get("/", [*PASSWORD, *SPOOFED])
    assert by_password.status == 200
    assert upstream.last.emails == []
    assert by_password.all("WWW-Authenticate") == []
    assert by_password.all("Cache-Control") == []

    assert nginx.get("/").status == 401
    assert nginx.get("/", WRONG).status == 401


def test_no_keys_end_a_request_that_a_password_would_let_in(start: StartNginx, endpoint: Endpoint) -> None:
    endpoint.behave("refused")
    nginx = start(
        f"cfaccess on; {fetched_keys(endpoint)} satisfy any; auth_basic ours; auth_basic_user_file passwords;"
    )
    with_passwords(nginx)

    answer = nginx.get("/", [*bearing(person()), *PASSWORD])

    assert answer.status == 503
    assert answer.one("Retry-After") == "1"
    assert answer.one("Cache-Control") == "no-store"
    assert nginx.get("/", PASSWORD).status == 200


def test_both_a_token_and_a_password(start: StartNginx) -> None:
    nginx = start(f"cfaccess on; {FIXED_KEYS} auth_basic ours; auth_basic_user_file passwords;")
    with_passwords(nginx)

    assert nginx.get("/", [*bearing(person()), *PASSWORD]).status == 200
    assert nginx.get("/", PASSWORD).one("WWW-Authenticate") == "Cloudflare-Access"
    assert nginx.get("/", bearing(person())).one("WWW-Authenticate") == 'Basic realm="ours"'


def test_addresses_are_asked_before_tokens(start: StartNginx) -> None:
    nginx = start(f"cfaccess on; {FIXED_KEYS} deny all;")

    assert nginx.get("/", bearing(person())).status == 403
    nginx.wait_for_log("access forbidden by rule")
    assert nginx.get("/").status == 403
    assert "cfaccess: refused" not in nginx.error_log()


def test_a_subrequest_for_access_comes_after_the_verdict(start: StartNginx, upstream: Upstream) -> None:
    nginx = start(
        f"cfaccess on; {FIXED_KEYS} cfaccess_email_header ignore; auth_request /ask;"
        f"location = /ask {{ internal; proxy_pass {upstream.url}; }}"
    )

    assert nginx.get("/page.txt").status == 401
    assert upstream.seen == []
    assert nginx.get("/page.txt", [*bearing(person()), *SPOOFED]).status == 200
    assert [seen.emails for seen in upstream.seen] == [[EMAIL]]


def test_the_rate_is_limited_before_tokens_are_looked_at(start: StartNginx) -> None:
    nginx = start(
        f"cfaccess on; {FIXED_KEYS} limit_req zone=slow;",
        http="limit_req_zone $binary_remote_addr zone=slow:1m rate=1r/m;",
    )

    assert nginx.get("/").status == 401
    assert nginx.get("/", bearing(person())).status == 503
    assert "limiting requests" in nginx.error_log()
