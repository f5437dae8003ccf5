"""What a page in Chromium sees of an API on another origin, behind Access and a middleware for CORS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import chromium
import pytest
from chromium import Chromium
from endpoint import Endpoint
from servers import UVICORN, Server, serving
from support import fresh

UNREADABLE = "TypeError: Failed to fetch"
"""All that a page sees of an answer without the headers of CORS, and of a preflight request that failed."""
GREETING = "200 hello, user@example.com"
NO_TOKEN = '401 {"status":"NO_TOKEN","message":"the request carries no token"}'

PAGE = b"""<!doctype html>
<title>a page of another origin</title>
<script>
addEventListener("load", async () => {
  const asked = new URLSearchParams(location.search);
  let seen;
  try {
    const answer = await fetch(asked.get("url"), {method: asked.get("method"), credentials: "include"});
    seen = `${answer.status} ${await answer.text()}`;
  } catch (error) {
    seen = String(error);
  }
  document.body.textContent = seen;
  document.title = "done";
});
</script>
"""


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    if chromium.executable() is None:
        pytest.skip(f"the Debian package {chromium.DEBIAN_PACKAGE} is missing")
    with Chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """Serves the page."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Api:
    def __init__(self, browser: Chromium, page: str, server: Server) -> None:
        self._browser, self._page, self._server = browser, page, server
        self.url = f"http://127.0.0.1:{server.port}/greeting"

    def log_in(self) -> None:
        self._browser.set_cookie(self.url, "CF_Authorization", fresh(), httpOnly=True)

    def fetched(self, method: str) -> str:
        """What the page sees."""
        self._browser.visit(f"{self._page}/?{urlencode({'url': self.url, 'method': method})}")
        self._browser.wait_until("document.title == 'done'")
        return self._browser.text()

    def seen(self) -> list[list[Any]]:
        """Method, whether there was a cookie, and status of each request since the last call."""
        answered: list[list[Any]] = json.loads(self._server.ask("/seen").body)
        return answered


@pytest.fixture
def api(
    request: pytest.FixtureRequest, browser: Chromium, origin: str, endpoint: Endpoint, tmp_path: Path
) -> Iterator[Api]:
    application, allow_preflight, page = request.param
    for package in NEEDED[application.partition(":")[0]]:
        pytest.importorskip(package, reason=f"the Python package {package} is missing")
    environment = {"ALLOW_PREFLIGHT": allow_preflight, "PAGE_ORIGIN": page or origin}
    browser.clear_cookies()
    with serving(UVICORN, application, tmp_path, endpoint, **environment) as server:
        yield Api(browser, origin, server)


STARLETTE, REVERSED, DJANGO = "cors_starlette:readme", "cors_starlette:reversed_", "cors_django:readme"
NEEDED = {"cors_starlette": ["uvicorn", "starlette"], "cors_django": ["uvicorn", "django", "corsheaders"]}


def served_by(*applications: str, allow_preflight: str, page: str = "") -> pytest.MarkDecorator:
    chosen = [(application, allow_preflight, page) for application in applications]
    return pytest.mark.parametrize("api", chosen, indirect=True, ids=applications)


@served_by(STARLETTE, DJANGO, allow_preflight="yes")
def test_in_the_order_of_the_readme_the_page_sees_what_cors_allows(api: Api) -> None:
    api.log_in()

    assert api.fetched("GET") == GREETING
    assert api.seen() == [["GET", True, 200]]
    assert api.fetched("PUT") == GREETING
    assert api.seen() == [["OPTIONS", False, 200], ["PUT", True, 200]]


@served_by(STARLETTE, DJANGO, allow_preflight="yes")
def test_in_the_order_of_the_readme_the_page_cannot_read_a_refusal(api: Api) -> None:
    assert api.fetched("GET") == UNREADABLE
    assert api.seen() == [["GET", False, 401]]
    assert api.fetched("PUT") == UNREADABLE
    assert api.seen() == [["OPTIONS", False, 200], ["PUT", False, 401]]


@served_by(STARLETTE, DJANGO, allow_preflight="no")
def test_without_allow_preflight_the_browser_does_not_send_the_request(api: Api) -> None:
    api.log_in()

    assert api.fetched("GET") == GREETING
    assert api.seen() == [["GET", True, 200]]
    assert api.fetched("PUT") == UNREADABLE
    assert api.seen() == [["OPTIONS", False, 401]]


@served_by(STARLETTE, DJANGO, allow_preflight="yes", page="http://other.example")
def test_the_application_decides_which_page_may_ask(api: Api) -> None:
    api.log_in()

    assert api.fetched("PUT") == UNREADABLE
    assert [method for method, _, _ in api.seen()] == ["OPTIONS"]


@served_by(REVERSED, allow_preflight="no")
def test_with_cors_outermost_it_answers_preflights_itself_and_the_page_reads_refusals(api: Api) -> None:
    assert api.fetched("GET") == NO_TOKEN
    assert api.fetched("PUT") == NO_TOKEN
    assert api.seen() == [["GET", False, 401], ["OPTIONS", False, 200], ["PUT", False, 401]]

    api.log_in()

    assert api.fetched("PUT") == GREETING
