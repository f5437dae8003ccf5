"""Whom the middlewares let through, what the application sees, and what the others are answered."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from cfaccess import AccessError, Keys, Verifier, asgi, wsgi
from guarded import ASSERTION, EMAIL, Ask, ask_asgi, ask_wsgi, fresh_service
from support import CLIENT_ID, fresh, new_verifier

LOGIN_PAGE = "https://acme.cloudflareaccess.com/cdn-cgi/access/login/app.example.com"
PAGE = ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")


@pytest.fixture(params=[ask_wsgi, ask_asgi], ids=["wsgi", "asgi"])
def ask(request: pytest.FixtureRequest) -> Ask:
    asked: Ask = request.param
    return asked


def test_person_gets_through(ask: Ask, verifier: Verifier) -> None:
    assert ask(headers=[(ASSERTION, fresh())], verifier=verifier).outcome == "user@example.com"


def test_nobody_gets_through_without_a_token(ask: Ask, verifier: Verifier) -> None:
    seen = ask(verifier=verifier)

    assert seen.status == 401
    assert json.loads(seen.body) == {"status": "NO_TOKEN", "message": "the request carries no token"}
    assert seen.headers == {
        "cache-control": "no-store",
        "vary": "Accept",
        "content-type": "application/json",
        "content-length": str(len(seen.body)),
        "x-content-type-options": "nosniff",
        "www-authenticate": "Cloudflare-Access",
    }


def test_forbidden_does_not_ask_to_log_in(ask: Ask, verifier: Verifier) -> None:
    seen = ask(headers=[(ASSERTION, fresh_service()), PAGE], verifier=verifier, login_page=LOGIN_PAGE)

    assert (seen.status, seen.body) == (403, b"SERVICE_NOT_ALLOWED: the service is not allowed here\n")
    assert "www-authenticate" not in seen.headers


def test_closed_verifier_is_500(ask: Ask, verifier: Verifier) -> None:
    verifier.close()

    seen = ask(headers=[(ASSERTION, fresh())], verifier=verifier)

    assert (seen.status, seen.outcome) == (500, "INVALID_ARGUMENT")


def test_answer_to_head_has_no_body(ask: Ask, verifier: Verifier) -> None:
    seen = ask(method="HEAD", verifier=verifier)

    assert (seen.status, seen.body) == (401, b"")
    assert int(seen.headers["content-length"]) > 0


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("text/plain", "text/plain; charset=utf-8"),
        ("text/html", "text/plain; charset=utf-8"),
        ("text/*", "text/plain; charset=utf-8"),
        ("TEXT/PLAIN ; Q=1.0", "text/plain; charset=utf-8"),
        ("text/plain, application/json", "application/json"),
        ("text/plain, application/json;q=0.9", "text/plain; charset=utf-8"),
        ("text/plain;q=0, */*", "application/json"),
        ("text/plain;q=2, application/json;q=0.1", "application/json"),
        ("text/html, */*;q=0.8", "text/plain; charset=utf-8"),
        ("nonsense;;;,,/", "application/json"),
    ],
)
def test_answer_has_the_requested_form(ask: Ask, verifier: Verifier, accept: str, content_type: str) -> None:
    assert ask(headers=[("Accept", accept)], verifier=verifier).headers["content-type"] == content_type


@pytest.mark.parametrize("forged", [[], ["root@example.com"], ["root@example.com", "eve@example.com"]])
def test_email_header_is_the_verified_one(ask: Ask, keys: Keys, forged: list[str]) -> None:
    trusting = new_verifier(keys, email_header="ignore", allow_services="any")
    sent = [(EMAIL, email) for email in forged]

    assert ask(headers=[(ASSERTION, fresh()), *sent], verifier=trusting).email_headers == ["user@example.com"]
    assert ask(headers=[(ASSERTION, fresh_service()), *sent], verifier=trusting).email_headers == []
    assert ask(headers=sent, verifier=trusting, open_paths=["GET /"]).email_headers == []


def test_email_header_is_utf_8(ask: Ask, verifier: Verifier) -> None:
    (email,) = ask(headers=[(ASSERTION, fresh(email="björn@example.com"))], verifier=verifier).email_headers

    assert email in ("björn@example.com", "björn@example.com".encode().decode("latin-1"))


def test_another_persons_email_is_refused(ask: Ask, verifier: Verifier) -> None:
    seen = ask(headers=[(ASSERTION, fresh()), (EMAIL, "root@example.com")], verifier=verifier)

    assert (seen.status, seen.outcome) == (403, "IDENTITY_MISMATCH")


def test_service_is_identified_by_its_client_id(ask: Ask, keys: Keys) -> None:
    verifier = new_verifier(keys, allow_services=[CLIENT_ID])

    assert ask(headers=[(ASSERTION, fresh_service())], verifier=verifier).outcome == CLIENT_ID


def test_hook_is_called_for_refusals_only(ask: Ask, verifier: Verifier) -> None:
    reported: list[tuple[Any, AccessError]] = []

    def on_refusal(source: Any, error: AccessError) -> None:
        reported.append((source, error))

    ask(headers=[(ASSERTION, fresh())], verifier=verifier, on_refusal=on_refusal)
    ask(verifier=verifier, on_refusal=on_refusal)
    ask("/a", routes={"/b": verifier}, on_refusal=on_refusal)

    assert [error.status for _, error in reported] == ["NO_TOKEN", "NO_ROUTE"]
    assert all(source.get("REQUEST_METHOD") or source["method"] == "GET" for source, _ in reported)


def test_hook_that_fails_does_not_open_the_door(
    ask: Ask, verifier: Verifier, caplog: pytest.LogCaptureFixture
) -> None:
    def on_refusal(*_: object) -> None:
        raise RuntimeError("the log is full")

    with caplog.at_level(logging.ERROR, "cfaccess"):
        seen = ask(verifier=verifier, on_refusal=on_refusal)

    assert (seen.status, seen.outcome) == (401, "NO_TOKEN")
    assert "the log is full" in caplog.text


def test_browser_goes_to_the_login_page(ask: Ask, verifier: Verifier) -> None:
    seen = ask(
        "/a%20b/ü?token=1".replace("ü", "%C3%BC"), headers=[PAGE], verifier=verifier, login_page=LOGIN_PAGE
    )

    assert (seen.status, seen.body) == (302, b"")
    assert seen.headers["location"] == LOGIN_PAGE + "?redirect_url=%2Fa%2520b%2F%25C3%25BC"
    assert seen.headers["cache-control"] == "no-store"


def test_browser_with_an_expired_token_goes_there_too(ask: Ask, verifier: Verifier) -> None:
    expired = fresh(exp=1_000_000_100, iat=1_000_000_000, nbf=None)

    assert ask(headers=[PAGE, (ASSERTION, expired)], verifier=verifier, login_page=LOGIN_PAGE).status == 302


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "/%5cx", "/a/../b", "/%0d%0ax"])
def test_path_that_could_lead_elsewhere_is_no_redirect(ask: Ask, verifier: Verifier, target: str) -> None:
    seen = ask(target, headers=[PAGE], verifier=verifier, login_page=LOGIN_PAGE)

    assert seen.status == 401


@pytest.mark.parametrize(
    ("method", "header"),
    [
        ("GET", ("X-Requested-With", "XMLHttpRequest")),
        ("GET", ("X-Requested-With", "xmlhttprequest")),
        ("GET", ("Sec-Fetch-Mode", "cors")),
        ("GET", ("Sec-Fetch-Dest", "image")),
        ("GET", ("Upgrade", "websocket")),
        ("GET", (ASSERTION, "x")),
        ("POST", ("X-Other", "")),
        ("HEAD", ("X-Other", "")),
    ],
)
def test_only_navigation_goes_to_the_login_page(
    ask: Ask, verifier: Verifier, method: str, header: tuple[str, str]
) -> None:
    seen = ask(method=method, headers=[PAGE, header], verifier=verifier, login_page=LOGIN_PAGE)

    assert seen.status == 401
    assert "location" not in seen.headers


@pytest.mark.parametrize("accept", ["", "*/*", "application/json", "text/html;q=0", "text/*"])
def test_only_requests_for_html_are_redirected(ask: Ask, verifier: Verifier, accept: str) -> None:
    assert ask(headers=[("Accept", accept)], verifier=verifier, login_page=LOGIN_PAGE).status == 401


def test_every_route_may_have_its_own_login_page(ask: Ask, verifier: Verifier) -> None:
    routes = {"/a": verifier, "/b": verifier}

    def location(target: str) -> str | None:
        seen = ask(target, headers=[PAGE], routes=routes, login_page={"/a": LOGIN_PAGE})
        return seen.headers.get("location")

    assert location("/a/x") == LOGIN_PAGE + "?redirect_url=%2Fa%2Fx"
    assert location("/b") is None
    assert location("/c") is None


OWN, EVIL, FRIEND = "https://app.example.com", "https://evil.example", "https://friend.example"


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ([], True),
        ([("Origin", OWN)], True),
        ([("Origin", OWN.upper())], True),
        ([("Origin", EVIL)], False),
        ([("Origin", "null")], False),
        ([("Origin", "")], False),
        ([("Origin", OWN + ".evil.example")], False),
        ([("Origin", FRIEND)], True),
        ([("Origin", FRIEND), ("Sec-Fetch-Site", "cross-site")], True),
        ([("Sec-Fetch-Site", "same-origin")], True),
        ([("Sec-Fetch-Site", "none")], True),
        ([("Sec-Fetch-Site", "same-site")], False),
        ([("Sec-Fetch-Site", "cross-site"), ("Origin", OWN)], False),
        ([("Sec-Fetch-Site", "new-word")], False),
        ([("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "cross-site")], False),
        ([("Origin", OWN), ("Origin", EVIL)], False),
    ],
)
def test_pages_of_other_origins_change_nothing(
    ask: Ask, verifier: Verifier, headers: list[tuple[str, str]], allowed: bool
) -> None:
    sent = [(ASSERTION, fresh()), *headers]
    options: dict[str, Any] = {"verifier": verifier, "check_origin": True, "trusted_origins": [FRIEND]}

    seen = ask(method="POST", headers=sent, **options)

    assert seen.outcome == ("user@example.com" if allowed else "CROSS_ORIGIN")
    assert seen.status == (200 if allowed else 403)
    assert ask(method="GET", headers=sent, **options).status == 200
    assert ask(method="POST", headers=sent, verifier=verifier).status == 200


def test_handshake_of_another_origin_is_refused(ask: Ask, verifier: Verifier) -> None:
    sent = [(ASSERTION, fresh()), ("Upgrade", "websocket"), ("Origin", EVIL)]

    assert ask(headers=sent, verifier=verifier, check_origin=True).outcome == "CROSS_ORIGIN"


def test_cross_origin_request_without_token_is_refused_for_the_token(ask: Ask, verifier: Verifier) -> None:
    assert ask(method="POST", headers=[("Origin", EVIL)], verifier=verifier, check_origin=True).status == 401


def test_request_that_came_another_way_is_not_open() -> None:
    for source in ({}, {"type": "http"}, object(), None):
        with pytest.raises(LookupError):
            wsgi.claims(source)
    assert wsgi.claims is asgi.claims
