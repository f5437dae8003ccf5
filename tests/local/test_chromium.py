"""What a person in Chromium sees of the local Access, and what the application in front of it then knows."""

from __future__ import annotations

from collections.abc import Iterator

import chromium
import pytest
from chromium import Chromium

from .program import running
from .walk import ADA, AUTHORIZED, EVE, GRACE, LOGOUT, SCRIPT, Walk, guarded_site

pytestmark = pytest.mark.skipif(
    chromium.executable() is None, reason=f"the Debian package {chromium.DEBIAN_PACKAGE} is missing"
)

# The library verifies the tokens of `wiki` and `brief`. It goes by the clock of this computer, and so it
# would refuse those of a local Access whose clock was moved: that is for `notes`.
CONFIG = """
[[application]]
name = "wiki"
upstream = "http://{guarded}"
session_duration = "1h"
custom_deny_message = "Only staff reads the wiki."
[[application.policy]]
name = "staff"
decision = "allow"
include = {{ emails_ending_in = ["@example.com"] }}

[[application]]
name = "brief"
upstream = "http://{guarded}"
session_duration = "1s"
[[application.policy]]
name = "everyone"
decision = "allow"
include = {{ everyone = true }}

[[application]]
name = "notes"
upstream = "http://{plain}"
session_duration = "1h"
[[application.policy]]
name = "everyone"
decision = "allow"
include = {{ everyone = true }}

[[user]]
email = "ada@example.com"
name = "Ada"

[[user]]
email = "grace@example.com"
name = "Grace"

[[user]]
email = "eve@elsewhere.test"
name = "Eve"
"""
EMBEDDING = "http://embedding.example.net"


@pytest.fixture(scope="module")
def started() -> Iterator[Walk]:
    with guarded_site(CONFIG, ["wiki", "brief"]) as (local, guarded, plain):
        hosts = {"*.localhost": "127.0.0.1", "embedding.example.net": plain.address}
        with Chromium(hosts=hosts) as browser:
            yield Walk(browser, local, guarded, plain)


@pytest.fixture
def walk(started: Walk) -> Iterator[Walk]:
    started.local.control("POST", "reset")
    started.guarded.seen.clear()
    started.plain.seen.clear()
    started.browser.clear_cookies()
    for name in ("wiki", "notes"):
        origin = started.local.url("", name)
        started.browser.command("Storage.clearDataForOrigin", origin=origin, storageTypes="all")
    yield started
    assert started.browser.problems() == []


def test_who_signs_in_comes_to_the_page_that_was_asked_for(walk: Walk) -> None:
    page = walk.local.url("/page?chapter=2&name=%C3%A9", "wiki")

    login = walk.browser.visit(page)
    assert (login.status, login.redirects) == (200, [page])
    assert walk.is_at_login()

    visit = walk.choose()
    assert (visit.url, visit.status) == (page, 200)
    assert [AUTHORIZED in url for url in visit.redirects] == [False, True]
    assert walk.browser.text() == f"The wiki of {ADA}"
    assert walk.browser.evaluate("[document.referrer, document.cookie]") == ["", ""]


def test_a_session_serves_a_page_and_its_scripts(walk: Walk) -> None:
    walk.sign_in()
    walk.guarded.seen.clear()

    requests = "Array.from({length: 20}, (_, n) => fetch(`/data?${n}`).then((answer) => answer.json()))"
    assert walk.browser.evaluate(f"Promise.all({requests})") == [{"email": ADA}] * 20
    assert walk.guarded.seen == [("/data", ADA)] * 20


def test_whoever_no_policy_lets_in_is_told_so_and_may_try_again(walk: Walk) -> None:
    visit = walk.sign_in(EVE)

    assert visit.status == 403
    assert "Only staff reads the wiki." in walk.browser.text()
    assert not walk.has_session()
    assert walk.guarded.seen == []
    [problem] = walk.browser.problems()
    assert "403" in problem

    assert walk.choose().url == walk.local.url("/page", "wiki")


def test_a_navigation_renews_a_session_that_is_over_and_a_script_is_told(walk: Walk) -> None:
    walk.sign_in(name="notes")
    walk.local.control("PUT", "clock", {"offset": "+2h"})

    assert walk.status(SCRIPT) == 401
    [problem] = walk.browser.problems()
    assert "401" in problem
    # Without the header the answer redirects to the team's host, which no script of the application may read.
    assert walk.status() == "TypeError"
    [problem, _] = walk.browser.problems()
    assert "has been blocked by CORS policy" in problem
    assert walk.status("{redirect: 'manual'}") == 0

    visit = walk.browser.follow("location.reload()")
    assert (visit.url, visit.status) == (walk.local.url("/page", "notes"), 200)
    assert len(visit.redirects) == 3, "the page, the login, and authorized"
    assert walk.status(SCRIPT) == 200

    walk.local.control("PUT", "clock", {"offset": "+26h"})
    walk.browser.follow("location.reload()")
    assert walk.is_at_login(), "the global session is over too"


def test_a_web_socket_cannot_renew_a_session(walk: Walk) -> None:
    walk.sign_in(name="notes")
    walk.local.control("PUT", "clock", {"offset": "+2h"})

    socket = "new WebSocket(location.origin.replace('http', 'ws') + '/live')"
    ended = f"new Promise((done) => {{ {socket}.onclose = (event) => done([event.type, event.code]); }})"
    assert walk.browser.evaluate(ended) == ["close", 1006]
    [problem] = walk.browser.problems()
    assert "302" in problem


def test_a_session_that_is_over_by_the_clock_of_everybody_is_renewed(walk: Walk) -> None:
    walk.sign_in(name="brief")
    seconds = "new Promise((done) => setTimeout(done, 2200))"
    walk.browser.evaluate(seconds)

    assert walk.status(SCRIPT) == 401
    walk.browser.problems()
    visit = walk.browser.follow("location.reload()")
    assert (visit.status, len(visit.redirects)) == (200, 3)
    assert walk.browser.text() == f"The wiki of {ADA}"


@pytest.mark.parametrize("offset", ["-3h", "+3h"])
def test_a_clock_that_is_wrong_lets_people_sign_in(walk: Walk, offset: str) -> None:
    """The browser compares `Expires` with `Date`, and so cookies live as long as they should."""
    walk.local.control("PUT", "clock", {"offset": offset})

    assert walk.sign_in(name="notes").status == 200
    assert walk.status(SCRIPT) == 200


def test_logging_out_ends_the_sessions_of_all_applications(walk: Walk) -> None:
    walk.sign_in()
    walk.open(name="notes")
    assert walk.browser.text() == f"The wiki of {ADA}"

    assert walk.open(LOGOUT).status == 200
    assert ADA in walk.browser.text()
    assert not walk.has_session()
    walk.open(name="notes")
    assert walk.is_at_login()


def test_the_page_after_logging_out_leads_back(walk: Walk) -> None:
    walk.sign_in()
    walk.open(LOGOUT)

    walk.click(walk.local.url("", "wiki"))

    assert walk.is_at_login()


def test_the_back_button_shows_nothing_that_was_not_to_be_stored(walk: Walk) -> None:
    walk.sign_in()
    walk.open(LOGOUT)

    walk.browser.back()

    assert walk.is_at_login()
    assert "The wiki of" not in walk.browser.text()


def test_the_back_button_shows_what_the_application_lets_a_browser_keep(walk: Walk) -> None:
    walk.sign_in(path="/cacheable")
    walk.open(LOGOUT)

    walk.browser.back()

    assert walk.browser.text() == f"The wiki of {ADA}"
    assert walk.guarded.seen == [("/cacheable", ADA)]


def test_another_person_signs_in_after_the_first(walk: Walk) -> None:
    walk.sign_in()
    walk.open(LOGOUT)

    walk.sign_in(GRACE)

    assert walk.browser.text() == f"The wiki of {GRACE}"
    assert walk.guarded.seen == [("/page", ADA), ("/page", GRACE)]
    identity = walk.browser.evaluate("fetch('/cdn-cgi/access/get-identity').then((answer) => answer.json())")
    assert (identity["email"], identity["name"]) == (GRACE, "Grace")


def test_signing_in_needs_no_script(walk: Walk) -> None:
    walk.browser.command("Emulation.setScriptExecutionDisabled", value=True)
    try:
        walk.open()
        walk.browser.evaluate("document.querySelector('[type=email]').focus()")
        walk.browser.command("Input.insertText", text="linus@example.com")
        visit = walk.browser.press_enter()
    finally:
        walk.browser.command("Emulation.setScriptExecutionDisabled", value=False)

    assert (visit.url, visit.status) == (walk.local.url("/page", "wiki"), 200)
    assert walk.browser.text() == "The wiki of linus@example.com"


def install_worker(walk: Walk, *network: str) -> None:
    query = "&".join(f"network={path}" for path in network)
    walk.sign_in()
    walk.browser.evaluate(
        f"navigator.serviceWorker.register('/worker.js?{query}')"
        ".then(() => navigator.serviceWorker.ready).then(() => true)"
    )
    walk.open("/app")
    walk.browser.wait_until(f"document.querySelector('output').textContent == '{ADA}'")
    walk.browser.clear_cookies()
    walk.open("/app")
    walk.browser.wait_until("document.querySelector('output').textContent == 'signed out: 401'")
    walk.browser.problems()


def test_a_service_worker_that_answers_for_access_keeps_people_out(walk: Walk) -> None:
    install_worker(walk, "/sign-in")

    walk.click("Sign in")
    visit = walk.choose()

    assert AUTHORIZED in visit.url
    walk.browser.wait_until("document.querySelector('output').textContent == 'signed out: 401'")
    assert not walk.has_session()
    [problem] = walk.browser.problems()
    assert "401" in problem


def test_a_service_worker_that_leaves_the_paths_of_access_alone_lets_people_in(walk: Walk) -> None:
    install_worker(walk, "/sign-in", "/cdn-cgi/")

    walk.click("Sign in")
    visit = walk.choose()

    assert visit.url == walk.local.url("/app", "wiki")
    walk.browser.wait_until(f"document.querySelector('output').textContent == '{ADA}'")


def test_the_login_is_shown_in_no_frame(walk: Walk) -> None:
    for signed_in in (False, True):
        if signed_in:
            walk.sign_in()
            walk.guarded.seen.clear()
        walk.browser.visit(f"{EMBEDDING}/frame?{walk.local.url('/page', 'wiki')}")

        problems = walk.browser.problems()
        assert len(problems) == 1, problems
        assert "frame-ancestors 'none'" in problems[0]
        assert walk.guarded.seen == [], "SameSite=Lax: the cookie is not sent from a frame of another site"


def test_whoever_is_signed_in_automatically_sees_no_login_page(walk: Walk) -> None:
    with running(["--auto-login", GRACE, "--upstream", f"http://{walk.plain.address}"]) as local:
        visit = walk.browser.visit(local.url("/page"))

        assert (visit.url, visit.status, len(visit.redirects)) == (local.url("/page"), 200, 3)
        assert walk.browser.text() == f"The wiki of {GRACE}"
