"""What a person in Chromium sees after a revocation: no circle of redirects, and the way back."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Any

import chromium
import pytest
from cfaccess import Revocations, Verifier, wsgi
from chromium import Chromium
from edge import LOGOUT, Edge, listening
from support import AUDIENCE, person

EMAIL: str = person()["email"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    if chromium.executable() is None:
        pytest.skip(f"the Debian package {chromium.DEBIAN_PACKAGE} is missing")
    with Chromium() as browser:
        yield browser


@pytest.fixture
def revocations(browser: Chromium) -> Revocations:
    browser.clear_cookies()
    return Revocations.open("memory:", team="acme")


def greeting(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello, " + str(wsgi.caller(environ).email).encode()]


def guarded(keys: Any, revocations: Revocations) -> Any:
    verifier = Verifier(team="acme", audiences=[AUDIENCE], keys=keys, revocations=revocations)
    return wsgi.AccessMiddleware(greeting, verifier)


def test_a_cut_off_person_gets_a_page_and_then_another_token_without_logging_in(
    browser: Chromium, keys: Any, revocations: Revocations
) -> None:
    edge = Edge(guarded(keys, revocations))
    with listening(edge) as url:
        assert browser.visit(url).status == 200
        good_from = revocations.revoke(email=EMAIL)
        assert good_from is not None
        edge.requests.clear()

        # Within the margin every token is refused, also the one that Access issues anew.
        during = [browser.visit(url).status for _ in range(2)]
        assert during == [401, 401]
        assert "CF_Authorization" not in browser.cookies(url)
        assert len(edge.requests) == 3, "two pages, and one redirect for another token"

        time.sleep(max(0.0, good_from - time.time()) + 0.1)
        assert browser.visit(url).status == 200
        assert browser.text() == f"hello, {EMAIL}"


def test_a_person_whose_session_was_revoked_is_logged_out(
    browser: Chromium, keys: Any, revocations: Revocations
) -> None:
    edge = Edge(guarded(keys, revocations))
    with listening(edge) as url:
        assert browser.visit(url).status == 200
        assert edge.session is not None
        revocations.revoke(session=edge.session)

        visit = browser.visit(url)
        assert (visit.redirects, browser.text()) == ([url], "logged out")
        assert visit.url.endswith(LOGOUT)

        edge.log_in()
        assert browser.visit(url).status == 200


def test_who_comes_back_from_the_logout_still_logged_in_gets_a_page(
    browser: Chromium, keys: Any, revocations: Revocations
) -> None:
    edge = Edge(guarded(keys, revocations), logout_returns=True)
    with listening(edge) as url:
        browser.visit(url)
        assert edge.session is not None
        revocations.revoke(session=edge.session)
        edge.requests.clear()

        assert browser.visit(url).status == 401
        assert edge.requests.count(f"GET {LOGOUT}") == 1


def test_who_is_blocked_gets_a_page_and_no_redirect(
    browser: Chromium, keys: Any, revocations: Revocations
) -> None:
    edge = Edge(guarded(keys, revocations))
    with listening(edge) as url:
        browser.visit(url)
        revocations.block(email=EMAIL)
        edge.requests.clear()

        visit = browser.visit(url)
        assert (visit.status, visit.redirects) == (403, [])
        assert "CF_Authorization" in browser.cookies(url)
        assert len(edge.requests) == 1


def test_what_is_not_a_page_is_not_redirected(browser: Chromium, keys: Any, revocations: Revocations) -> None:
    edge = Edge(guarded(keys, revocations))
    with listening(edge) as url:
        browser.visit(url)
        assert edge.session is not None
        revocations.revoke(session=edge.session)

        for method in ("GET", "POST"):
            status = browser.evaluate(f"fetch('/', {{method: '{method}'}}).then(answer => answer.status)")
            assert status == 401
        assert f"GET {LOGOUT}" not in edge.requests
