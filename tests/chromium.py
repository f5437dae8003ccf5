"""A headless Chromium for tests, driven by the DevTools protocol over a pipe, which ends it if the test dies.

>>> with Chromium(hosts={"app.example.com": "127.0.0.1:8080"}) as browser:
...     browser.visit("http://app.example.com/")
...     browser.text()
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import which
from types import TracebackType
from typing import Any, NamedTuple

from devtools import TIMEOUT as TIMEOUT
from devtools import ChromiumError as ChromiumError
from devtools import Pipe

DEBIAN_PACKAGE = "chromium"

_OPTIONS = [
    "--headless",
    "--remote-debugging-pipe",
    "--no-sandbox",  # it does not start as root otherwise, and meets only pages of the tests
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-features=HttpsUpgrades,BackForwardCache",  # going back asks for the page, or the HTTP cache
    "--no-first-run",
]


class Visit(NamedTuple):
    """The document that a navigation ended with."""

    url: str
    status: int
    redirects: list[str]
    """The URLs that redirected, in their order."""


def executable() -> str | None:
    """Chromium, if it is installed."""
    return which("chromium") or which("chromium-headless-shell")


class Chromium:
    """A browser with one page and a profile of its own, which `close` removes.

    - `hosts`: where hosts of URLs are, as `127.0.0.1:port`. No other names are looked up.
    - `any_certificate`: accepts certificates of tests.
    - `proxy`: what all requests but those to this computer go through, as `127.0.0.1:port`.
    - `keys`: of certificates to accept, whoever signed them: SHA-256 of SubjectPublicKeyInfo, in Base64.
    - `third_party_cookies`: sends cookies with `SameSite=None` from frames of other sites, too.
    """

    def __init__(
        self,
        hosts: Mapping[str, str] | None = None,
        any_certificate: bool = False,
        proxy: str | None = None,
        keys: Sequence[str] = (),
        third_party_cookies: bool = False,
    ) -> None:
        found = executable()
        if found is None:
            raise ChromiumError(f"there is no Chromium: install the Debian package {DEBIAN_PACKAGE}")
        rules = [f"MAP {host} {place}" for host, place in (hosts or {}).items()]
        rules += ["MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1", "EXCLUDE localhost"]
        self._noted: list[str] = []
        self._directory = tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True)
        self._log = Path(self._directory.name) / "log"
        profile = Path(self._directory.name) / "profile"
        _prefer(profile, cookie_controls_mode=0 if third_party_cookies else 1)
        self._pipe = Pipe(
            [
                found,
                *_OPTIONS,
                f"--user-data-dir={profile}",
                f"--host-resolver-rules={','.join(rules)}",
                f"--proxy-server={proxy}" if proxy else "--no-proxy-server",
                *([f"--ignore-certificate-errors-spki-list={','.join(keys)}"] if keys else []),
                "about:blank",
            ],
            self._log,
        )
        try:
            self._session = ""
            target = self.command("Target.createTarget", url="about:blank")["targetId"]
            self._session = self.command("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            for domain in ("Page", "Network", "Runtime", "Log"):
                self.command(f"{domain}.enable")
            if any_certificate:
                self.command("Security.setIgnoreCertificateErrors", ignore=True)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Chromium:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the browser and removes its profile."""
        self._pipe.close()
        self._directory.cleanup()

    def command(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The result of a command of the DevTools protocol, for what has no method here."""
        return self._pipe.ask(method, parameters, self._session)

    def visit(self, url: str) -> Visit:
        """Navigates, follows redirects, and waits until the page has loaded."""
        self._forget()
        answer = self.command("Page.navigate", url=url)
        if "errorText" in answer:
            raise ChromiumError(f"{url}: {answer['errorText']}")
        if "loaderId" not in answer:
            raise ChromiumError(f"{url} is the document that the page shows already")
        self._pipe.wait_for("Page.loadEventFired")
        return self._visit(answer["loaderId"])

    def follow(self, expression: str) -> Visit:
        """Evaluates what leads to another document, such as `document.links[0].click()`, and waits for it."""
        self._forget()
        self.evaluate(expression)
        return self._arrived()

    def press_enter(self) -> Visit:
        """Sends the form that the focus is in, as `follow` does."""
        self._forget()
        self.command("Input.dispatchKeyEvent", type="char", text="\r")
        return self._arrived()

    def back(self) -> None:
        """Goes to the document before this one, which may come from a cache."""
        history = self.command("Page.getNavigationHistory")
        before = history["entries"][history["currentIndex"] - 1]
        self._forget()
        self.command("Page.navigateToHistoryEntry", entryId=before["id"])
        self._pipe.wait_for("Page.frameNavigated")
        self.wait_until("document.readyState == 'complete'")

    def _arrived(self) -> Visit:
        self._pipe.wait_for("Page.loadEventFired")
        frames = [event["frame"] for method, event in self._pipe.events if method == "Page.frameNavigated"]
        return self._visit([frame["loaderId"] for frame in frames if "parentId" not in frame][-1])

    def _forget(self) -> None:
        self._noted += self._problems()
        self._pipe.events.clear()

    def _visit(self, loader: str) -> Visit:
        redirects, response = [], None
        for method, event in self._pipe.events:
            if event.get("loaderId") != loader or event.get("type") != "Document":
                continue
            if method == "Network.requestWillBeSent" and "redirectResponse" in event:
                redirects.append(event["redirectResponse"]["url"])
            elif method == "Network.responseReceived":
                response = event["response"]
        if response is None:
            raise ChromiumError("the document has no response")
        return Visit(response["url"], response["status"], redirects)

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page, or that of its promise."""
        answer = self.command(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True, userGesture=True
        )
        if "exceptionDetails" in answer:
            raise ChromiumError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait_until(self, expression: str) -> Any:
        """The value of the expression as soon as it is true, such as `document.title == 'done'`."""
        end = time.monotonic() + TIMEOUT
        while time.monotonic() < end:
            value = self.evaluate(expression)
            if value:
                return value
            time.sleep(0.02)
        raise ChromiumError(f"it did not become true: {expression}; the page shows: {self.text()}")

    def text(self) -> str:
        """What the page shows."""
        return str(self.evaluate("document.body.innerText"))

    def reports(self) -> list[str]:
        """What the browser itself has logged since the last visit began, such as violations of a policy."""
        entries = [event["entry"] for method, event in self._pipe.events if method == "Log.entryAdded"]
        return [entry["text"] for entry in entries]

    def problems(self) -> list[str]:
        """What the console has shown in red or yellow since this was last asked."""
        found = [*self._noted, *self._problems()]
        self._noted.clear()
        self._pipe.events[:] = [event for event in self._pipe.events if _problem(*event) is None]
        return found

    def _problems(self) -> list[str]:
        return [found for event in self._pipe.events if (found := _problem(*event)) is not None]

    def html(self) -> str:
        """The DOM as it is now."""
        return str(self.evaluate("document.documentElement.outerHTML"))

    def url(self) -> str:
        """Where the page is now."""
        return str(self.evaluate("location.href"))

    def cookies(self, url: str) -> dict[str, str]:
        """The cookies that a request for the URL would carry."""
        found = self.command("Network.getCookies", urls=[url])["cookies"]
        return {cookie["name"]: cookie["value"] for cookie in found}

    def set_cookie(self, url: str, name: str, value: str, **attributes: Any) -> None:
        """Sets a cookie for the URL, with attributes of `Network.setCookie` such as `sameSite="None"`."""
        if not self.command("Network.setCookie", url=url, name=name, value=value, **attributes)["success"]:
            raise ChromiumError(f"the cookie {name} was not accepted")

    def clear_cookies(self) -> None:
        self.command("Network.clearBrowserCookies")


def _prefer(profile: Path, **settings: int) -> None:
    """Settings for which there are no options; distributions differ in their defaults."""
    preferences = profile / "Default" / "Preferences"
    preferences.parent.mkdir(parents=True)
    preferences.write_text(json.dumps({"profile": settings}))


def _problem(method: str, event: dict[str, Any]) -> str | None:
    if method == "Log.entryAdded" and event["entry"]["level"] in ("warning", "error"):
        return str(event["entry"]["text"])
    if method == "Runtime.consoleAPICalled" and event["type"] in ("warning", "error", "assert"):
        return " ".join(str(each.get("value", each.get("description"))) for each in event["args"])
    if method == "Runtime.exceptionThrown":
        return str(event["exceptionDetails"].get("exception", event["exceptionDetails"]))
    return None
