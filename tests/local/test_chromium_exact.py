"""The exact face in Chromium: names, TLS and cookies as at Cloudflare."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import chromium
import pytest
from chromium import Chromium

from .program import ROOT, Local
from .walk import ADA, AUTHORIZED, LOGOUT, SCRIPT, Walk, guarded_site

pytestmark = pytest.mark.skipif(
    chromium.executable() is None, reason=f"the Debian package {chromium.DEBIAN_PACKAGE} is missing"
)
DOCUMENTATION = ROOT / "docs" / "local-tls.md"
CONFIG = """
[[application]]
name = "wiki"
domain = "wiki.cfaccess.test"
upstream = "http://{guarded}"
enable_binding_cookie = true
[[application.policy]]
name = "everyone"
decision = "allow"
include = {{ everyone = true }}

[[application]]
name = "api"
domain = "api.cfaccess.test"
upstream = "http://{guarded}"
[application.cors_headers]
allowed_origins = ["https://portal.elsewhere.test"]
allowed_methods = ["GET"]
allowed_headers = ["x-requested-with"]
allow_credentials = true
[[application.policy]]
name = "everyone"
decision = "allow"
include = {{ everyone = true }}

[[application]]
name = "portal"
domain = "portal.elsewhere.test"
upstream = "http://{plain}"
[[application.policy]]
name = "everyone"
decision = "bypass"
include = {{ everyone = true }}

[[user]]
email = "ada@example.com"
name = "Ada"
"""


def key_of(local: Local, host: str) -> str:
    """What Chromium knows a certificate by, found as the documentation says."""
    documented = re.search(r"^key\(\) \{\n.*?^\}\n", DOCUMENTATION.read_text(), re.MULTILINE | re.DOTALL)
    assert documented is not None
    port = urlsplit(local.ready["environment"]["HTTPS_PROXY"]).port
    script = documented[0].replace("8780", str(port)) + 'key "$1"'
    command = ["sh", "-c", script, "sh", host]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.strip()


@pytest.fixture(scope="module")
def started() -> Iterator[Walk]:
    with guarded_site(CONFIG, ["wiki", "api"], ["--tls"]) as (local, guarded, plain):
        addresses = [*local.ready["urls"].values(), local.team("")]
        hosts = [str(urlsplit(address).hostname) for address in addresses]
        proxy = urlsplit(local.ready["environment"]["HTTPS_PROXY"]).netloc
        accepted = [key_of(local, host) for host in hosts]
        with Chromium(proxy=proxy, keys=accepted, third_party_cookies=True) as browser:
            yield Walk(browser, local, guarded, plain)


@pytest.fixture
def walk(started: Walk) -> Iterator[Walk]:
    started.guarded.seen.clear()
    started.browser.clear_cookies()
    yield started
    assert started.browser.problems() == []


def cookies(walk: Walk, url: str) -> dict[str, tuple[bool, bool, str | None]]:
    """Of each cookie: Secure, HttpOnly, SameSite."""
    found: list[dict[str, Any]] = walk.browser.command("Network.getCookies", urls=[url])["cookies"]
    return {each["name"]: (each["secure"], each["httpOnly"], each.get("sameSite")) for each in found}


def test_a_login_sets_the_cookies_of_access(walk: Walk) -> None:
    page = "https://wiki.cfaccess.test/page"
    login = walk.open()
    assert (login.status, login.redirects) == (200, [page])
    assert login.url.startswith("https://cfaccess-local.cloudflareaccess.com/cdn-cgi/access/login/")

    visit = walk.choose()

    assert (visit.url, visit.status) == (page, 200)
    assert visit.redirects[1].startswith(f"https://wiki.cfaccess.test{AUTHORIZED}?")
    assert walk.browser.text() == f"The wiki of {ADA}"
    assert walk.browser.evaluate("[isSecureContext, document.cookie]") == [True, ""]
    assert cookies(walk, page) == {
        "CF_AppSession": (True, True, None),
        "CF_Authorization": (True, True, "None"),
        "CF_Binding": (True, True, "None"),
    }
    assert cookies(walk, walk.local.team("/")) == {
        "CF_Authorization": (True, True, "None"),
        "CF_Device": (True, True, "Strict"),
        "CF_Session": (True, True, None),
    }


def test_a_session_is_used_and_ended(walk: Walk) -> None:
    walk.sign_in()
    requests = "Array.from({length: 20}, (_, n) => fetch(`/data?${n}`).then((answer) => answer.json()))"
    assert walk.browser.evaluate(f"Promise.all({requests})") == [{"email": ADA}] * 20

    assert walk.open(LOGOUT).status == 200
    assert not walk.has_session()
    assert list(cookies(walk, walk.local.url("/", "wiki"))) == ["CF_AppSession"]
    walk.browser.back()
    assert walk.is_at_login()


def test_a_frame_of_another_site_has_the_session_but_never_the_login(walk: Walk) -> None:
    frame = f"/frame?{walk.local.url('/page', 'wiki')}"
    walk.open(frame, "portal")
    [problem] = walk.browser.problems()
    assert "frame-ancestors 'none'" in problem
    assert walk.guarded.seen == []

    walk.sign_in()
    walk.guarded.seen.clear()
    walk.open(frame, "portal")
    assert walk.guarded.seen == [("/page", ADA)]


def test_a_script_of_another_origin_needs_cors_headers_and_a_session(walk: Walk) -> None:
    def ask(name: str) -> int | str:
        return walk.status("{credentials: 'include', " + SCRIPT[1:], walk.local.url("/data", name))

    walk.open(name="portal")
    assert ask("api") == "TypeError", (
        "nobody has signed in, and the answer that says so is for the same origin"
    )
    assert any("blocked by CORS policy" in problem for problem in walk.browser.problems())

    walk.sign_in(name="wiki")
    walk.open(name="api")
    walk.open(name="portal")
    assert ask("api") == 200
    assert walk.guarded.seen[-1] == ("/data", ADA)
    assert ask("wiki") == "TypeError"
    assert any("preflight" in problem for problem in walk.browser.problems())
