"""The pages of the local Access in a browser, with the header fields that they are sent with."""

from __future__ import annotations

import shlex
import subprocess
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, cast

import chromium
import pytest
from chromium import Chromium

pytestmark = pytest.mark.skipif(
    chromium.executable() is None, reason=f"the Debian package {chromium.DEBIAN_PACKAGE} is missing"
)
REPOSITORY = Path(__file__).parents[2]
SITE, APPLICATION, ELSEWHERE = "http://team.localhost", "http://wiki.localhost:8780", "http://other.localhost"
AA = 4.5
"""The least contrast of text (WCAG 2.2, 1.4.3), which is asked of large text too."""

# Each text with the color that it has and the one behind it.
CONTRASTS = """
(() => {
  const rgb = (color) => color.match(/[\\d.]+/g).map(Number);
  const luminance = (color) => {
    const [red, green, blue] = rgb(color).slice(0, 3).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const style = getComputedStyle(each);
      const stripes = style.backgroundImage.match(/rgba?\\([^)]*\\)/g);
      if (stripes) return stripes;
      const color = rgb(style.backgroundColor);
      if (color.length === 3 || color[3] === 1) return [style.backgroundColor];
    }
    return ["rgb(255, 255, 255)"];
  };
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    if (!texts.currentNode.data.trim()) continue;
    const element = texts.currentNode.parentElement;
    for (const background of behind(element)) {
      const [dark, light] = [luminance(getComputedStyle(element).color), luminance(background)]
        .sort((one, other) => one - other);
      found.push([texts.currentNode.data, (light + 0.05) / (dark + 0.05)]);
    }
  }
  return found;
})()
"""

# What the focus is on, and how thick its outline is.
FOCUS = """
(() => {
  const element = document.activeElement;
  if (element === document.body) return null;
  const style = getComputedStyle(element);
  const order = [...document.querySelectorAll("a, input, select, button")].indexOf(element);
  return [order, style.outlineStyle, parseFloat(style.outlineWidth)];
})()
"""


class Site(ThreadingHTTPServer):
    """Serves the pages; keeps what forms send."""

    daemon_threads = True

    def __init__(self, pages: dict[str, bytes], fields: list[tuple[str, str]]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages, self.fields = pages, fields
        self.posts: list[tuple[str, str, dict[str, str]]] = []
        """Path, body, and header fields with names in lower case."""
        self.leads_to = "/approved"
        """Where an answer to a form redirects to."""


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        page = self.site.pages.get(self.path)
        onward = self.path == "/onward"
        self.send_response(302 if onward else 404 if page is None else 200)
        if onward:
            self.send_header("Location", f"{ELSEWHERE}/approved")
        for name, value in self.site.fields:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(page or b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        fields = {name.lower(): value for name, value in self.headers.items()}
        self.site.posts.append((self.path, body, fields))
        self.send_response(303)
        self.send_header("Location", self.site.leads_to)
        self.end_headers()

    @property
    def site(self) -> Site:
        return cast(Site, self.server)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("pages")
    run = "cargo run --quiet --locked --target-dir target/cli --package cfaccess-local --example pages --"
    subprocess.run([*shlex.split(run), str(folder)], cwd=REPOSITORY, check=True)
    lines = (folder / "headers").read_text().splitlines()
    fields = [(name, value) for name, _, value in (line.partition(": ") for line in lines)]
    server = Site({f"/{page.stem}": page.read_bytes() for page in folder.glob("*.html")}, fields)
    Thread(target=server.serve_forever).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser(site: Site) -> Iterator[Chromium]:
    names = (address.removeprefix("http://") for address in (SITE, APPLICATION, ELSEWHERE))
    with Chromium(hosts=dict.fromkeys(names, f"127.0.0.1:{site.server_port}")) as started:
        yield started


def show(browser: Chromium, page: str, width: int = 1280, scheme: str = "light") -> None:
    media = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.command("Emulation.setEmulatedMedia", features=media)
    browser.command(
        "Emulation.setDeviceMetricsOverride", width=width, height=640, deviceScaleFactor=1, mobile=False
    )
    browser.visit(SITE + page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out(browser: Chromium, site: Site, scheme: str) -> None:
    for page in site.pages:
        show(browser, page, scheme=scheme)
        contrasts = browser.evaluate(CONTRASTS)
        assert len(contrasts) > 2
        assert [found for found in contrasts if found[1] < AA] == [], page


def test_the_schemes_differ(browser: Chromium) -> None:
    backgrounds = set()
    for scheme in ("light", "dark"):
        show(browser, "/login", scheme=scheme)
        backgrounds.add(browser.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(backgrounds) == 2


@pytest.mark.parametrize("width", [320, 360, 640, 768, 1280])
def test_no_page_is_wider_than_its_window(browser: Chromium, site: Site, width: int) -> None:
    """320 is also what is left of 640 at a zoom of 200 %, and of 1280 at 400 %."""
    for page in site.pages:
        show(browser, page, width)
        assert browser.evaluate("document.documentElement.scrollWidth") <= width, page


def test_the_policy_lets_the_style_in_and_nothing_is_reported(browser: Chromium, site: Site) -> None:
    for page in site.pages:
        show(browser, page)
        assert browser.evaluate("document.styleSheets.length") == 1, page
        assert browser.reports() == [], page


@pytest.mark.parametrize("page", ["/login", "/login-nobody", "/denied", "/approve", "/status"])
def test_the_keyboard_reaches_everything_in_order_and_shows_where_it_is(browser: Chromium, page: str) -> None:
    show(browser, page)
    stops = "a, button, select, input:not([type=hidden]):not([type=radio]), input:checked"
    expected = browser.evaluate(
        f"[...document.querySelectorAll('a, input, select, button')]"
        f".map((each, place) => each.matches('{stops}') ? place : -1).filter((place) => place >= 0)"
    )
    reached: list[int] = []
    while len(reached) < len(expected):
        browser.command("Input.dispatchKeyEvent", type="keyDown", key="Tab", windowsVirtualKeyCode=9)
        browser.command("Input.dispatchKeyEvent", type="keyUp", key="Tab", windowsVirtualKeyCode=9)
        focus = browser.evaluate(FOCUS)
        assert focus is not None, f"the focus left the page after {reached} of {expected}"
        order, style, width = focus
        assert style == "solid", order
        assert width >= 2, order
        # The parts of a date are one field, with a stop each.
        if not reached or reached[-1] != order:
            reached.append(order)
    assert reached == expected


def test_a_form_is_sent_without_scripts(browser: Chromium, site: Site) -> None:
    """And with what tells that it comes from a page of the same origin."""
    show(browser, "/login")
    site.posts.clear()
    browser.command("Emulation.setScriptExecutionDisabled", value=True)
    try:
        for _ in range(2):
            browser.command("Input.dispatchKeyEvent", type="keyDown", key="Tab", windowsVirtualKeyCode=9)
        browser.command("Input.insertText", text="eve@example.net")
        browser.command("Input.dispatchKeyEvent", type="char", text="\r")
        browser.wait_until("location.pathname == '/approved'")
    finally:
        browser.command("Emulation.setScriptExecutionDisabled", value=False)
    [(path, body, fields)] = site.posts
    assert path == "/cdn-cgi/access/login/wiki.localhost?kid=4c1d&redirect_url=%2F"
    assert "email=ada%40example.com&other_email=eve%40example.net" in body
    assert body.startswith("csrf=")
    assert fields["content-type"] == "application/x-www-form-urlencoded"
    assert fields["origin"] == "null", "Referrer-Policy: no-referrer"
    assert "referer" not in fields
    assert fields.get("sec-fetch-site") == "same-origin"


@pytest.mark.parametrize(
    ("target", "ends"),
    [
        (f"{APPLICATION}/approved", f"{APPLICATION}/approved"),
        (f"{ELSEWHERE}/approved", f"{SITE}/login"),
        (f"{APPLICATION}/onward", f"{SITE}/login"),
    ],
)
def test_a_login_leads_to_the_application_and_nowhere_else(
    browser: Chromium, site: Site, target: str, ends: str
) -> None:
    show(browser, "/login")
    site.posts.clear()
    site.leads_to = target
    try:
        browser.evaluate("document.querySelector('form').requestSubmit()")
        browser.wait_until(f"location.href == '{ends}' && document.readyState == 'complete'")
        if ends != target:
            until = time.monotonic() + chromium.TIMEOUT
            while not browser.reports() and time.monotonic() < until:
                browser.evaluate("new Promise((done) => setTimeout(done, 20))")
            assert any("form-action" in report for report in browser.reports())
            assert browser.url() == ends
    finally:
        site.leads_to = "/approved"
    assert len(site.posts) == 1
