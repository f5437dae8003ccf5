"""What a browser does of its own accord: it follows redirects and keeps cookies, each for its host."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode, urljoin, urlsplit

from .program import Local
from .wire import Answer, Headers, exchange


@dataclass
class Browser:
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    seen: list[tuple[str, Answer]] = field(default_factory=list)

    def request(self, url: str, method: str = "GET", headers: Headers = (), body: bytes = b"") -> Answer:
        """One request, without following what it answers."""
        host = urlsplit(url).hostname or ""
        jar = self.cookies.setdefault(host, {})
        sent = [("Cookie", "; ".join(f"{name}={value}" for name, value in jar.items()))] if jar else []
        answer = exchange(url, method, [*sent, *headers], body)
        for line in answer.all("Set-Cookie"):
            name, _, value = line.split(";")[0].partition("=")
            if re.search(r"expires=thu, 01 jan 1970", line, re.IGNORECASE) or not value:
                jar.pop(name.strip(), None)
            else:
                jar[name.strip()] = value
        self.seen.append((url, answer))
        return answer

    def visit(self, url: str, headers: Headers = ()) -> tuple[str, Answer]:
        """Follows redirects; says where they ended."""
        return self._follow(url, self.request(url, headers=headers))

    def submit(self, url: str, page: Answer, **fields: str) -> tuple[str, Answer]:
        """Fills in the only form of a page, or that with these fields, and sends it."""
        form = form_of(page.body.decode(), fields)
        body = urlencode({**form.fields, **fields}).encode()
        target = urljoin(url, form.action)
        answer = self.request(
            target,
            form.method,
            [
                ("Content-Type", "application/x-www-form-urlencoded"),
                ("Origin", "{0.scheme}://{0.netloc}".format(urlsplit(url))),
                ("Sec-Fetch-Site", "same-origin"),
            ],
            body,
        )
        return self._follow(target, answer)

    def log_in(
        self, local: Local, path: str = "/", name: str = "app", email: str = "ada@example.com"
    ) -> Answer:
        """From the application through the login page and back."""
        url, page = self.visit(local.url(path, name))
        assert page.status == 200, page
        _, answer = self.submit(url, page, email=email)
        return answer

    def _follow(self, url: str, answer: Answer) -> tuple[str, Answer]:
        for _ in range(10):
            if answer.status not in (301, 302, 303, 307):
                return url, answer
            url = urljoin(url, answer.location)
            answer = self.request(url)
        raise AssertionError(f"too many redirects: {[each for each, _ in self.seen[-10:]]}")


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str]


def form_of(html: str, wanted: dict[str, str]) -> Form:
    for opening, inner in re.findall(r"<form([^>]*)>(.*?)</form>", html, re.DOTALL):
        inputs = [attributes(tag) for tag in re.findall(r"<(?:input|button)([^>]*)>", inner)]
        names = {each.get("name", "") for each in inputs}
        if set(wanted) <= names:
            hidden = {each["name"]: each.get("value", "") for each in inputs if each.get("type") == "hidden"}
            about = attributes(opening)
            return Form(about.get("action", ""), about.get("method", "get").upper(), hidden)
    raise AssertionError(f"no form has the fields {sorted(wanted)}: {html}")


def attributes(tag: str) -> dict[str, str]:
    return {
        name.lower(): unescape(quoted or bare)
        for name, quoted, bare in re.findall(r'([\w-]+)(?:="([^"]*)"|=([^\s">]+))?', tag)
    }
