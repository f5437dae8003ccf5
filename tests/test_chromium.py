"""The helper that drives Chromium, with pages of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import chromium
import pytest
from chromium import Chromium, ChromiumError, Visit

pytestmark = pytest.mark.skipif(
    chromium.executable() is None, reason=f"the Debian package {chromium.DEBIAN_PACKAGE} is missing"
)
SITE, OTHER = "http://app.example.com", "http://other.example.net"


class Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        redirect = {"/first": "/second", "/second": f"{OTHER}/page"}.get(self.path)
        self.send_response(302 if redirect else 404 if self.path == "/missing" else 200)
        if redirect:
            self.send_header("Location", redirect)
        self.send_header("Set-Cookie", "visited=yes; HttpOnly")
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(
            f"<p>{self.headers['Host']}, {self.headers['Cookie']}</p>"
            "<script>setTimeout(() => document.title = 'later', 100)</script>"
            "<a href='/second'>on</a><form action='/sent'><input name='word'></form>".encode()
        )

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        Thread(target=server.serve_forever).start()
        place = f"127.0.0.1:{server.server_port}"
        with Chromium(hosts={"app.example.com": place, "other.example.net": place}) as browser:
            yield browser
        server.shutdown()


def test_visit_follows_redirects(browser: Chromium) -> None:
    visit = browser.visit(f"{SITE}/first")

    assert visit == Visit(f"{OTHER}/page", 200, [f"{SITE}/first", f"{SITE}/second"])
    assert browser.url() == f"{OTHER}/page"


def test_page_is_read(browser: Chromium) -> None:
    assert browser.visit(f"{SITE}/missing").status == 404
    assert browser.text().startswith("app.example.com")
    assert "<p>app.example.com" in browser.html()
    assert browser.wait_until("document.title == 'later' && 6 * 7") == 42


def test_links_and_forms_lead_on_and_back(browser: Chromium) -> None:
    browser.visit(f"{SITE}/start")

    assert browser.follow("document.links[0].click()") == Visit(f"{OTHER}/page", 200, [f"{SITE}/second"])
    browser.back()
    assert browser.url() == f"{SITE}/start"

    browser.evaluate("document.querySelector('input').focus()")
    browser.command("Input.insertText", text="hello")
    assert browser.press_enter() == Visit(f"{SITE}/sent?word=hello", 200, [])


def test_problems_are_told_once(browser: Chromium) -> None:
    browser.problems()

    browser.visit(f"{SITE}/missing")
    browser.evaluate("console.warn('careful', 1); console.log('fine')")
    browser.evaluate("setTimeout(() => { throw new Error('wrong'); })")
    browser.wait_until("document.title == 'later'")
    browser.visit(f"{SITE}/start")

    missing, warning, error = browser.problems()
    assert "404" in missing
    assert warning == "careful 1"
    assert "wrong" in error
    assert browser.problems() == []


def test_a_proxy_is_asked_for_other_hosts() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        Thread(target=server.serve_forever).start()
        with Chromium(proxy=f"127.0.0.1:{server.server_port}") as browser:
            visit = browser.visit("http://behind.example.org/start")
            assert (visit.status, visit.url) == (200, "http://behind.example.org/start")
        server.shutdown()


def test_cookies_are_those_of_the_site(browser: Chromium) -> None:
    browser.clear_cookies()
    browser.visit(f"{SITE}/")
    browser.set_cookie(SITE, "session", "1", httpOnly=True)

    assert browser.cookies(SITE) == {"visited": "yes", "session": "1"}
    assert browser.cookies(OTHER) == {}

    browser.visit(f"{SITE}/again")
    assert "session=1" in browser.text()


def test_no_other_host_is_looked_up(browser: Chromium) -> None:
    with pytest.raises(ChromiumError, match="ERR_NAME_NOT_RESOLVED"):
        browser.visit("http://example.org/")


def test_mistakes_are_named(browser: Chromium) -> None:
    browser.visit(f"{SITE}/")

    with pytest.raises(ChromiumError, match="undefined_name"):
        browser.evaluate("undefined_name")


def test_it_ends_with_the_test_that_was_killed(tmp_path: Path) -> None:
    program = (
        "import sys, chromium; c = chromium.Chromium(); print(c._pipe._process.pid, flush=True); input()"
    )
    test = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parent,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with test:
        assert test.stdout is not None
        group = int(test.stdout.readline())
        test.kill()
    end = time.monotonic() + 30
    while is_running(group) and time.monotonic() < end:
        time.sleep(0.1)

    assert not is_running(group)


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
