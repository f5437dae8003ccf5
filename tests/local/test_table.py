"""What is answered to a request without a usable session, row by row."""

from __future__ import annotations

import json
import time
from email.utils import parsedate_to_datetime

import pytest

from .origin import Origin
from .program import Local
from .wire import Answer, Headers, exchange

XHR = [("X-Requested-With", "XMLHttpRequest")]
WEBSOCKET = [
    ("Connection", "Upgrade"),
    ("Upgrade", "websocket"),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
]
PREFLIGHT = [("Origin", "http://localhost:5173"), ("Access-Control-Request-Method", "POST")]
CACHE = "private, max-age=0, no-store, no-cache, must-revalidate, post-check=0, pre-check=0"


def service(local: Local) -> Headers:
    client_id, secret = local.secrets
    return [("CF-Access-Client-Id", client_id), ("CF-Access-Client-Secret", secret)]


def assert_login(answer: Answer, local: Local, name: str, path: str) -> None:
    host = f"{name}.localhost"
    assert answer.status == 302
    assert answer.location.split("?")[0] == local.team(f"/cdn-cgi/access/login/{host}")
    assert answer.query["kid"] == local.audience(name)
    assert answer.query["redirect_url"] == path
    assert answer.query["meta"].count(".") == 2


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Accept", "application/json")],
        [("Sec-Fetch-Mode", "cors")],
        [("Sec-Fetch-Mode", "navigate")],
        WEBSOCKET,
    ],
    ids=["plain", "json", "cors", "navigate", "websocket"],
)
def test_without_a_session_the_answer_is_the_way_to_the_login(
    local: Local, method: str, headers: Headers
) -> None:
    body = b"a=b" if method == "POST" else b""
    answer = exchange(local.url("/page?q=1", "wiki"), method, headers, body)

    assert_login(answer, local, "wiki", "/page?q=1")
    assert answer.one("Cache-Control") == CACHE
    assert answer.one("Expires") == "Thu, 01 Jan 1970 00:00:01 GMT"
    assert answer.one("Content-Type") == "text/html"
    assert answer.one("Access-Control-Allow-Credentials") == "true"
    metadata = local.url("/.well-known/cloudflare-access-protected-resource/page", "wiki")
    assert answer.one("WWW-Authenticate") == f'Cloudflare-Access resource_metadata="{metadata}"'
    cookie = answer.cookie("CF_AppSession")
    assert cookie is not None
    assert len(cookie["CF_AppSession"]) == 17
    assert cookie["path"] == "/"
    assert "httponly" in cookie
    assert "max-age" not in cookie
    expires = parsedate_to_datetime(cookie["expires"]).timestamp()
    assert abs(expires - time.time() - 86_400) < 5


def test_a_script_that_says_so_gets_401(local: Local) -> None:
    answer = local.get("/", XHR, "wiki")

    assert answer.status == 401
    assert answer.one("Content-Type") == "text/html; charset=UTF-8"
    assert b"<title>401 Unauthorized</title>" in answer.body
    assert answer.one("Access-Control-Allow-Headers") == "x-requested-with"
    assert answer.one("Access-Control-Allow-Credentials") == "true"
    assert answer.one("WWW-Authenticate").startswith("Cloudflare-Access resource_metadata=")


@pytest.mark.parametrize("headers", [[], XHR, WEBSOCKET], ids=["plain", "xhr", "websocket"])
def test_where_only_programs_are_let_in_the_answer_is_403(local: Local, headers: Headers) -> None:
    answer = local.get("/", headers, "api")

    assert answer.status == 403
    assert answer.one("Content-Type").startswith("text/html")
    assert answer.one("cf-access-aud") == local.audience("api")
    assert answer.one("cf-access-domain").startswith("api.localhost")


def test_and_403_in_json_where_that_is_wanted(local: Local) -> None:
    answer = local.get("/", [("Accept", "application/json")], "api")

    body = json.loads(answer.body)
    assert (answer.status, body["status_code"]) == (403, 403)
    assert body["aud"] == local.audience("api")
    assert body["message"].startswith("Forbidden.")


def test_or_401_where_the_application_says_so(local: Local) -> None:
    assert local.get("/", name="api401").status == 401


def test_a_program_is_let_in(local: Local, origin: Origin) -> None:
    answer = local.get("/", service(local), "api")

    assert answer.status == 200
    got = origin.last()
    assert got.one("Cf-Access-Jwt-Assertion")
    assert got.one("Cf-Access-Authenticated-User-Email") is None
    assert not got.all("Cf-Access-Client-Id")
    assert not got.all("Cf-Access-Client-Secret")


@pytest.mark.parametrize("name", ["wiki", "people", "api"])
@pytest.mark.parametrize("kind", ["wrong secret", "unknown", "half", "twice"])
def test_no_other_program_is(local: Local, origin: Origin, name: str, kind: str) -> None:
    client_id, secret = local.secrets
    headers = {
        "wrong secret": [("CF-Access-Client-Id", client_id), ("CF-Access-Client-Secret", "x" * len(secret))],
        "unknown": [("CF-Access-Client-Id", f"{'0' * 32}.access"), ("CF-Access-Client-Secret", secret)],
        "half": [("CF-Access-Client-Id", client_id)],
        "twice": [*service(local), ("CF-Access-Client-Id", client_id)],
    }[kind]
    arrived = len(origin.got)

    assert local.get("/", headers, name).status in (302, 401, 403)
    assert len(origin.got) == arrived


def test_a_bypassed_path_adds_nothing(local: Local, origin: Origin) -> None:
    token = local.sign_in(name="wiki")
    spoofed = [("Cf-Access-Jwt-Assertion", token), ("cf_access_jwt_assertion", token)]

    answer = exchange(local.url("", "open").split("/open")[0] + "/open/page", headers=spoofed)

    assert answer.status == 200
    assert not [
        name for name, _ in origin.last().headers if name.lower().replace("_", "-").startswith("cf-access")
    ]


@pytest.mark.parametrize("path", ["/openly", "/open%2f..%2fsecret", "/./open/../secret", "/open/..%2fsecret"])
def test_a_path_beside_it_is_not_bypassed(local: Local, origin: Origin, path: str) -> None:
    arrived = len(origin.got)

    assert exchange(local.url("", "wiki").rstrip("/") + path).status in (302, 400)
    assert len(origin.got) == arrived


def test_a_preflight_is_refused(local: Local, origin: Origin) -> None:
    arrived = len(origin.got)

    assert exchange(local.url("/", "wiki"), "OPTIONS", PREFLIGHT).status == 403
    assert len(origin.got) == arrived


def test_or_passed_on_without_a_token(local: Local, origin: Origin) -> None:
    assert exchange(local.url("/", "preflights"), "OPTIONS", PREFLIGHT).status == 200
    assert origin.last().one("Cf-Access-Jwt-Assertion") is None


def test_or_answered_at_the_edge(local: Local, origin: Origin) -> None:
    arrived = len(origin.got)

    answer = exchange(local.url("/", "cors"), "OPTIONS", PREFLIGHT)

    assert answer.status == 200
    assert answer.one("Access-Control-Allow-Origin") == "http://localhost:5173"
    assert answer.one("Access-Control-Allow-Credentials") == "true"
    assert "POST" in answer.one("Access-Control-Allow-Methods")
    assert "Origin" in answer.one("Vary")
    assert len(origin.got) == arrived


def test_head_and_get_are_the_same_but_for_the_body(local: Local) -> None:
    get, head = (exchange(local.url("/x", "wiki"), method) for method in ("GET", "HEAD"))

    ignored = ("set-cookie", "location", "date", "content-length")
    assert head.body == b""
    assert [each for each in head.headers if each[0].lower() not in ignored] == [
        each for each in get.headers if each[0].lower() not in ignored
    ]


@pytest.mark.parametrize("carrier", ["cookie", "Cf-Access-Token", "Cf-Access-Jwt-Assertion"])
def test_a_genuine_token_is_a_credential(local: Local, origin: Origin, carrier: str) -> None:
    token = local.sign_in(name="wiki")
    header = ("Cookie", f"CF_Authorization={token}") if carrier == "cookie" else (carrier, token)

    assert local.get("/", [header], "wiki").status == 200
    got = origin.last()
    assert got.one("Cf-Access-Jwt-Assertion")
    assert got.one("Cf-Access-Authenticated-User-Email") == "ada@example.com"
    assert not got.all("Cf-Access-Token")
    assert local.get("/", [("Authorization", f"Bearer {token}")], "wiki").status == 302


def test_but_not_where_only_programs_are_let_in_nor_at_another_application(local: Local) -> None:
    token = local.sign_in(name="wiki")

    assert local.get("/", [("Cookie", f"CF_Authorization={token}")], "api").status == 403
    assert local.get("/", [("Cookie", f"CF_Authorization={token}")], "people").status == 302


def test_the_resource_says_that_it_is_protected(local: Local) -> None:
    answer = local.get("/.well-known/cloudflare-access-protected-resource/page", name="wiki")

    document = json.loads(answer.body)
    assert answer.status == 200
    assert document["protected"] is True
    assert document["team_domain"] == "cfaccess-local.cloudflareaccess.com"


@pytest.mark.parametrize(
    "host",
    [
        "evil.test",
        "localhost.evil.test:{port}",
        "localhost.:{port}",
        "wiki.localhost",
        "wiki.localhost:1",
        "",
    ],
)
def test_an_unknown_host_is_refused(local: Local, origin: Origin, host: str) -> None:
    port = local.ready["team_url"].rsplit(":", 1)[1]
    arrived = len(origin.got)

    assert exchange(local.url("/", "wiki"), host=host.format(port=port)).status in (400, 421)
    assert len(origin.got) == arrived
