"""What a person does in Chromium, from the login page to the logout."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from unittest.mock import patch

import pytest
from chromium import Chromium, Visit

from .program import Local, running
from .site import Site, running_site

ADA, GRACE, EVE = "ada@example.com", "grace@example.com", "eve@elsewhere.test"
LOGIN, AUTHORIZED, LOGOUT = (f"/cdn-cgi/access/{name}" for name in ("login/", "authorized", "logout"))
SCRIPT = "{headers: {'X-Requested-With': 'XMLHttpRequest'}}"
"""Options of `fetch` by which Access knows a script."""


@dataclass
class Walk:
    """A browser that nobody has signed in with, and what is in front of it."""

    browser: Chromium
    local: Local
    guarded: Site
    """Behind the library."""
    plain: Site

    def open(self, path: str = "/page", name: str = "wiki") -> Visit:
        return self.browser.visit(self.local.url(path, name))

    def sign_in(self, email: str = ADA, path: str = "/page", name: str = "wiki") -> Visit:
        self.open(path, name)
        return self.choose(email)

    def choose(self, email: str = ADA) -> Visit:
        """On the login page."""
        self.browser.evaluate(f"document.querySelector('[value={json.dumps(email)}]').click()")
        return self.browser.follow("document.querySelector('[type=submit]').click()")

    def click(self, text: str) -> Visit:
        """A link."""
        links = f"[...document.links].find((link) => link.text.includes({json.dumps(text)}))"
        return self.browser.follow(f"{links}.click()")

    def status(self, options: str = "{}", url: str = "/data") -> int | str:
        """Of a request that a script of the page makes, or its error."""
        request = f"fetch('{url}', {options}).then((answer) => answer.status, (error) => error.name)"
        found: int | str = self.browser.evaluate(request)
        return found

    def is_at_login(self) -> bool:
        return self.browser.url().startswith(self.local.team(LOGIN))

    def has_session(self, name: str = "wiki") -> bool:
        return "CF_Authorization" in self.browser.cookies(self.local.url("/", name))


@contextmanager
def guarded_site(
    config: str, audiences: Sequence[str], arguments: Sequence[str] = ()
) -> Iterator[tuple[Local, Site, Site]]:
    """A local Access before two sites, `{guarded}` and `{plain}` in the configuration.

    The first is behind the library, with the audiences of the applications that are named.
    """
    if "CFACCESS_LIBRARY" not in os.environ:
        pytest.skip("CFACCESS_LIBRARY names no library")
    from cfaccess import Keys, Verifier, wsgi

    with running_site() as guarded, running_site() as plain:
        filled = config.format(guarded=guarded.address, plain=plain.address)
        with running(arguments, filled) as local:
            with patch.dict(os.environ, local.ready["environment"]):
                keys = Keys.remote("cfaccess-local")
            known = [local.audience(name) for name in audiences]
            verifier = Verifier(team="cfaccess-local", audiences=known, keys=keys)
            guarded.application = wsgi.AccessMiddleware(guarded.answer, verifier)
            yield local, guarded, plain
