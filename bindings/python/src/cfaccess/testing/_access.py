"""Access for one test."""

from __future__ import annotations

import secrets
import string
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from .._claims import Claims
from .._keys import Keys
from .._verifier import Verifier
from ._faults import STATUSES, TOKEN_FAULTS, Draft
from ._keys import LocalKeys
from ._team import ISSUER, TEAM, audience_of, client_id_of, stable_id
from ._times import Relative, seconds

_ALPHANUMERIC = string.ascii_letters + string.digits
_ADA = "ada@example.com"


class LocalAccess:
    """Mints tokens, and makes verifiers that accept them.

    `keys` are the public keys as `Verifier` takes them: hand them, or `settings()`, to the application under
    test. `audience` is that of the application, as `cfaccess local` derives it from the name `app`.
    """

    team = TEAM

    def __init__(self, local_keys: LocalKeys | None = None, application: str = "app") -> None:
        self.audience = audience_of(application)
        self._signing = LocalKeys() if local_keys is None else local_keys
        self._fault: str | None = None
        self.keys = Keys.from_json(self._signing.document())

    def mint(
        self,
        email: str | None = None,
        *,
        service: str | None = None,
        issued: Relative = 0,
        expires: Relative = "+1h",
        audience: str | None = None,
        **claims: Any,
    ) -> str:
        """A token of a person (`ada@example.com` unless `email` says another), or of the service token of
        this name.

        `issued` and `expires` are relative to now: `"-2h"`, `"+90s"`, or a number of seconds. `claims` take
        the place of those that the token would have, such as `custom={"department": "research"}`; `None`
        removes one.
        """
        draft = self._draft(email, service, issued, expires, audience or self.audience).with_claims(**claims)
        if self._fault in TOKEN_FAULTS:
            return TOKEN_FAULTS[self._fault].spoil(draft)
        return draft.signed()

    def headers(self, email: str | None = None, **how: Any) -> dict[str, str]:
        """The headers that Access adds to a request; the arguments are those of `mint`. For a service there
        is no e-mail header."""
        if self._fault == "token-missing":
            return {}
        token = self.mint(email, **how)
        headers = {"Cf-Access-Jwt-Assertion": token}
        if self._fault == "header-twice":
            # As a server hands out a header that came twice (RFC 9110 section 5.3).
            headers["Cf-Access-Jwt-Assertion"] = f"{token},{token}"
        if how.get("service") is None:
            shown = how.get("email", email) or _ADA
            other = "other." if self._fault == "email-other" else ""
            headers["Cf-Access-Authenticated-User-Email"] = f"{other}{shown}"
        return headers

    def claims(self, email: str | None = None, **how: Any) -> Claims:
        """What a view gets, for tests that call it without its middleware; the arguments are those of
        `mint`."""
        return self.verifier(allow_services="any").verify(self.mint(email, **how))

    def verifier(self, audiences: Iterable[str] | None = None, **options: Any) -> Verifier:
        """A verifier with the keys of this object; `options` are those of `Verifier`."""
        wanted = [self.audience] if audiences is None else audiences
        return Verifier(team=TEAM, audiences=wanted, keys=self.keys, **options)

    def settings(self, **entries: Any) -> dict[str, Any]:
        """The setting `CFACCESS` of Flask and Django, with the keys of this object; `entries` are further
        ones."""
        return {"TEAM": TEAM, "AUDIENCES": [self.audience], "KEYS": self.keys, **entries}

    def rotate(self) -> None:
        """A new key signs from now on. The one before is still published, so its tokens are still accepted;
        after a second rotation they are not."""
        self._signing = self._signing.rotated()
        self.keys.load_json(self._signing.document())

    @contextmanager
    def fault(self, name: str) -> Iterator[str]:
        """Spoils all tokens and headers that are made inside, and yields the status that the library gives.

            with access.fault("expired") as status:
                response = client.get("/", headers=access.headers())
            assert response.status_code == 401

        The names are those of `cfaccess local fault` that concern a token.
        """
        status = STATUSES.get(name)
        if status is None:
            raise ValueError(f"{name!r} is none of the faults {', '.join(sorted(STATUSES))}")
        before, self._fault = self._fault, name
        try:
            yield status
        finally:
            self._fault = before

    def _draft(
        self, email: str | None, service: str | None, issued: Relative, expires: Relative, audience: str
    ) -> Draft:
        if email is not None and service is not None:
            raise TypeError("a token is of a person or of a service, not of both")
        now = int(time.time())
        iat = now + seconds(issued, "issued")
        # Access adds a second.
        exp = now + seconds(expires, "expires") + 1
        key = self._signing.current
        header = {"alg": "RS256", "kid": key.kid}
        claims: dict[str, Any]
        if service is not None:
            header["typ"] = "JWT"
            claims = {
                "type": "app",
                "aud": audience,
                "exp": exp,
                "iss": ISSUER,
                "common_name": client_id_of(service),
            }
            claims |= {"iat": iat, "sub": "", "h_INTERNAL_DO_NOT_USE": "localhost"}
        else:
            address = (email or _ADA).lower()
            claims = {"aud": [audience], "email": address, "exp": exp, "iat": iat, "nbf": iat, "iss": ISSUER}
            nonce = "".join(secrets.choice(_ALPHANUMERIC) for _ in range(16))
            claims |= {
                "type": "app",
                "identity_nonce": nonce,
                "sub": stable_id("user", address),
                "country": "US",
            }
            claims |= {"policy_id": stable_id("policy", "app")}
        return Draft(header, claims, key)
