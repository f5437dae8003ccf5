"""Logging in, with everything that a client may get wrong on the way."""

from __future__ import annotations

import json
from urllib.parse import quote, urlsplit

import pytest

from .browser import Browser
from .origin import Origin
from .program import Local
from .wire import exchange

INVALID = "Invalid login session"


def test_the_way_through_the_login_page_and_back(local: Local, origin: Origin) -> None:
    browser = Browser()

    answer = browser.log_in(local, "/page?q=1", "wiki")

    assert (answer.status, json.loads(answer.body)["path"]) == (200, "/page?q=1")
    assert origin.last().one("Cf-Access-Authenticated-User-Email") == "ada@example.com"
    callback = next(answer for url, answer in browser.seen if "/cdn-cgi/access/authorized" in url)
    cookie = callback.cookie("CF_Authorization")
    assert cookie is not None
    assert cookie["path"] == "/"
    assert "expires" in cookie
    assert "max-age" not in cookie


def test_who_has_no_business_here_is_told_so(local: Local, origin: Origin) -> None:
    arrived = len(origin.got)

    answer = Browser().log_in(local, "/", "wiki", email="eve@elsewhere.test")

    assert b"That account does not have access" in answer.body
    assert len(origin.got) == arrived


def test_the_global_session_makes_the_second_login_silent(local: Local) -> None:
    browser = Browser()
    browser.log_in(local, "/", "wiki")
    seen = len(browser.seen)

    _, answer = browser.visit(local.url("/", "people"))

    assert answer.status == 200
    assert len(browser.seen) - seen == 4, "three redirects and the page"


def test_two_tabs_may_log_in_at_once(local: Local) -> None:
    browser = Browser()
    first = browser.visit(local.url("/first", "wiki"))
    second = browser.visit(local.url("/second", "wiki"))

    _, of_second = browser.submit(*second, email="ada@example.com")
    _, of_first = browser.submit(*first, email="ada@example.com")

    assert json.loads(of_second.body)["path"] == "/second"
    assert json.loads(of_first.body)["path"] == "/first"


def authorized(local: Local) -> str:
    """An address on the application's host that sets a session, unused."""
    browser = Browser()
    url, page = browser.visit(local.url("/", "wiki"))
    answer = browser.submit(url, page, email="ada@example.com")
    assert answer[1].status == 200
    return next(url for url, _ in browser.seen if "/cdn-cgi/access/authorized" in url)


def test_a_login_serves_once_and_only_who_began_it(local: Local) -> None:
    used = authorized(local)

    for cookies in ([], [("Cookie", "CF_AppSession=00000000000000000")]):
        answer = exchange(used, headers=cookies)
        assert answer.status == 400
        assert INVALID in answer.body.decode()
        assert answer.cookie("CF_Authorization") is None
    assert exchange(used.replace("nonce=", "nonce=x")).status == 400
    assert exchange(used.split("?")[0]).status == 400


def test_a_login_without_meta_is_taken(local: Local) -> None:
    audience = local.audience("wiki")
    url = local.team(f"/cdn-cgi/access/login/wiki.localhost?kid={audience}&redirect_url=%2Fpage")

    assert exchange(url).status == 200


@pytest.mark.parametrize(
    "path", ["/cdn-cgi/access/login/nobody.localhost?kid=0", "/cdn-cgi/access/login/wiki.localhost?kid=0"]
)
def test_an_unknown_application_is_not_found(local: Local, path: str) -> None:
    answer = exchange(local.team(path))

    assert answer.status == 404
    assert b"Unable to find your Access application!" in answer.body


def test_a_form_of_another_site_logs_nobody_in(local: Local) -> None:
    browser = Browser()
    url, page = browser.visit(local.url("/", "wiki"))
    target = url.split("?")[0]
    body = b"email=ada%40example.com"
    form = ("Content-Type", "application/x-www-form-urlencoded")

    for headers in ([form], [form, ("Origin", "http://evil.test")], [form, ("Sec-Fetch-Site", "cross-site")]):
        assert exchange(target, "POST", headers, body).status == 403
    assert page.one("X-Content-Type-Options") == "nosniff"
    policy = page.one("Content-Security-Policy")
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(
    "target",
    [
        "//evil.test",
        "/\\evil.test",
        "https:evil.test",
        "https://evil.test/",
        "javascript:alert(1)",
        "/%5cevil",
        "/a\r\nb",
    ],
)
def test_a_login_leads_back_to_the_application_only(local: Local, target: str) -> None:
    audience = local.audience("wiki")
    browser = Browser()
    # The session of the application begins with a visit of it.
    browser.visit(local.url("/", "wiki"))
    url = local.team(
        f"/cdn-cgi/access/login/wiki.localhost?kid={audience}&redirect_url={quote(target, safe='')}"
    )

    url, page = browser.visit(url)
    where, _ = browser.submit(url, page, email="ada@example.com")

    assert urlsplit(where).netloc == urlsplit(local.url("/", "wiki")).netloc
    assert urlsplit(where).path in ("/", "/%5cevil")


def test_the_application_is_told_who_is_signed_in(local: Local) -> None:
    browser = Browser()
    browser.log_in(local, "/", "wiki")

    answer = browser.request(local.url("/cdn-cgi/access/get-identity", "wiki"))

    identity = json.loads(answer.body)
    assert (identity["email"], identity["name"], identity["groups"]) == ("ada@example.com", "Ada", ["admins"])
    nobody = exchange(local.url("/cdn-cgi/access/get-identity", "wiki"))
    assert (nobody.status, json.loads(nobody.body)) == (400, {"err": "no app token set"})


def test_logging_out_ends_all_sessions_of_a_person(fresh: Local) -> None:
    browser = Browser()
    browser.log_in(fresh, "/", "wiki")
    browser.visit(fresh.url("/", "people"))

    answer = browser.request(fresh.url("/cdn-cgi/access/logout", "wiki"))

    assert answer.status == 200
    assert browser.request(fresh.url("/", "people")).status == 302
    assert browser.visit(fresh.url("/", "wiki"))[1].body.count(b"<form") >= 1, "the login page is shown"


def test_an_application_session_is_renewed_silently(fresh: Local) -> None:
    browser = Browser()
    browser.log_in(fresh, "/", "wiki")
    before = browser.cookies["wiki.localhost"]["CF_Authorization"]

    fresh.control("PUT", "clock", {"offset": "+2h"})

    assert browser.request(fresh.url("/", "wiki")).status == 302
    assert (
        browser.request(fresh.url("/", "wiki"), headers=[("X-Requested-With", "XMLHttpRequest")]).status
        == 401
    )
    _, answer = browser.visit(fresh.url("/", "wiki"))
    assert answer.status == 200
    assert browser.cookies["wiki.localhost"]["CF_Authorization"] != before

    fresh.control("PUT", "clock", {"offset": "+27h"})
    assert browser.visit(fresh.url("/", "wiki"))[1].body.count(b"<form") >= 1, "both sessions are over"
