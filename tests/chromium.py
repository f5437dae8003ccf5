"""A headless Chromium for tests, driven by the DevTools protocol over a pipe, which ends it if the test dies.

>>> with Chromium(hosts={"app.example.com": "127.0.0.1:8080"}) as browser:
...     browser.visit("http://app.example.com/")
...     browser.text()
"""

from __future__ import annotations

import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from shutil import which
from types import TracebackType
from typing import Any, NamedTuple

DEBIAN_PACKAGE = "chromium"
TIMEOUT = 60.0
"""Seconds, for one step of a test on a busy machine."""

# Chromium reads commands from descriptor 3 and answers on 4.
_LAUNCH = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.dup2(int(sys.argv[2]), 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
_OPTIONS = [
    "--headless",
    "--remote-debugging-pipe",
    "--no-sandbox",  # it does not start as root otherwise, and meets only pages of the tests
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-features=HttpsUpgrades",
    "--no-first-run",
    "--no-proxy-server",
]


class Visit(NamedTuple):
    """The document that a navigation ended with."""

    url: str
    status: int
    redirects: list[str]
    """The URLs that redirected, in their order."""


class ChromiumError(Exception):
    """Chromium did not do what it was told."""


def executable() -> str | None:
    """Chromium, if it is installed."""
    return which("chromium") or which("chromium-headless-shell")


class Chromium:
    """A browser with one page and a profile of its own, which `close` removes.

    - `hosts`: where hosts of URLs are, as `127.0.0.1:port`. No other names are looked up.
    - `any_certificate`: accepts certificates of tests.
    """

    def __init__(self, hosts: Mapping[str, str] | None = None, any_certificate: bool = False) -> None:
        found = executable()
        if found is None:
            raise ChromiumError(f"there is no Chromium: install the Debian package {DEBIAN_PACKAGE}")
        rules = [f"MAP {host} {place}" for host, place in (hosts or {}).items()]
        rules += ["MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1", "EXCLUDE localhost"]
        self._directory = tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True)
        self._log = Path(self._directory.name) / "log"
        self._pipe = _Pipe(
            [
                found,
                *_OPTIONS,
                f"--user-data-dir={self._directory.name}/profile",
                f"--host-resolver-rules={','.join(rules)}",
                "about:blank",
            ],
            self._log,
        )
        try:
            self._session = ""
            target = self.command("Target.createTarget", url="about:blank")["targetId"]
            self._session = self.command("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            for domain in ("Page", "Network", "Runtime"):
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
        self._pipe.events.clear()
        answer = self.command("Page.navigate", url=url)
        if "errorText" in answer:
            raise ChromiumError(f"{url}: {answer['errorText']}")
        if "loaderId" not in answer:
            raise ChromiumError(f"{url} is the document that the page shows already")
        self._pipe.wait_for("Page.loadEventFired")
        return self._visit(answer["loaderId"])

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


class _Pipe:
    """The process, and messages to and from it, which each end with a NUL."""

    def __init__(self, command: list[str], log: Path) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        """All that came since it was last emptied."""
        self._log = log
        self._asked = 0
        self._unread = b""
        to_read, self._write = _high(*os.pipe())
        self._read, to_write = _high(*os.pipe())
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _LAUNCH, str(to_read), str(to_write), *command],
                pass_fds=(to_read, to_write),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        os.close(to_read)
        os.close(to_write)

    def ask(self, method: str, parameters: dict[str, Any], session: str) -> dict[str, Any]:
        self._asked += 1
        message: dict[str, Any] = {"id": self._asked, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        unsent = json.dumps(message).encode() + b"\0"
        while unsent:
            unsent = unsent[os.write(self._write, unsent) :]
        end = time.monotonic() + TIMEOUT
        while True:
            answer = self._receive(end, method)
            if answer.get("id") != self._asked:
                continue
            if "error" in answer:
                raise ChromiumError(f"{method}: {answer['error']['message']}")
            result: dict[str, Any] = answer["result"]
            return result

    def wait_for(self, event: str) -> None:
        end = time.monotonic() + TIMEOUT
        while not any(method == event for method, _ in self.events):
            self._receive(end, event)

    def _receive(self, end: float, awaited: str) -> dict[str, Any]:
        while b"\0" not in self._unread:
            if not select.select([self._read], [], [], max(0.0, end - time.monotonic()))[0]:
                raise ChromiumError(f"no {awaited} within {TIMEOUT:g} s: {self._said()}")
            read = os.read(self._read, 1 << 16)
            if not read:
                raise ChromiumError(f"Chromium has ended: {self._said()}")
            self._unread += read
        text, _, self._unread = self._unread.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        if "method" in message:
            self.events.append((message["method"], message.get("params", {})))
        return message

    def _said(self) -> str:
        return self._log.read_text(errors="replace")[-2000:]

    def close(self) -> None:
        """It ends by itself when the pipe does; whatever of it has not is killed."""
        for descriptor in (self._write, self._read):
            os.close(descriptor)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def _high(*descriptors: int) -> tuple[int, ...]:
    """The same descriptors with numbers that are not in the way of 3 and 4."""
    moved = tuple(fcntl.fcntl(each, fcntl.F_DUPFD_CLOEXEC, 10) for each in descriptors)
    for each in descriptors:
        os.close(each)
    return moved
