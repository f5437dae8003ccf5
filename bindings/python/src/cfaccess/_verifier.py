"""Verification."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from typing import Any, Literal

from . import _native
from ._arguments import (
    LAST_SECOND,
    Seconds,
    Token,
    choice,
    point_in_time,
    switch,
    text,
    texts,
    token_bytes,
    whole_number,
    whole_seconds,
)
from ._claims import Claims
from ._errors import InvalidConfig
from ._handle import Owner
from ._keys import Keys
from ._native import lookup
from ._pending import verify_patiently
from ._request import Headers, headers_that_matter

# CFACCESS_EMAIL_HEADER_* in C.
EMAIL_HEADER = {"check": 0, "require": 1, "ignore": 2}


class Verifier(Owner[_native.VerifierHandle]):
    """Verifies the tokens of one application. Made once, used by any number of threads.

    It cannot be configured open: there is no verifier without a team, an audience and keys, and no option
    turns a check off. It works on after `fork`, its keys too. Use it as a context manager, or call
    `close()`, or let it be collected.

    Arguments, all by name:

    - `team`: `"acme"`, `"acme.cloudflareaccess.com"` or `"https://acme.cloudflareaccess.com"`, and the same
      with `.fed.cloudflareaccess.com`. `iss` must be exactly this team's.
    - `audiences`: the AUD tags of the application, 1 to 1,024. A token must be for one of them.
    - `keys`: the keys of the same team, usually `Keys.remote(team)`. They are shared: what replaces them
      reaches this verifier too.
    - `leeway`: how far clocks may differ, in seconds, 0 to 300.
    - `allow_services`: the Client IDs of the services that may call, or `"any"`. By default only persons may.
      (https://developers.cloudflare.com/cloudflare-one/access-controls/service-credentials/service-tokens/)
    - `max_lifetime`: the longest time from `iat` to `exp` that is accepted, in seconds, 1 to 31,622,400 (366
      days). The default is one month, the longest session that the dashboard of Access offers, and a minute
      (https://developers.cloudflare.com/cloudflare-one/access-controls/access-settings/session-management/).
    - `max_age`: the longest time since `iat` that is accepted, in seconds, 1 to 31,622,400 (366 days),
      without leeway. `None` for no limit.
    - `accept_cookie`: whether `verify_request` takes the token from the cookie `CF_Authorization` where there
      is no header `Cf-Access-Jwt-Assertion`. Access does not promise to pass the cookie on.
    - `email_header`: what `verify_request` makes of the header `Cf-Access-Authenticated-User-Email`, which
      anybody can send. `"check"`: where it is there, it must be the verified e-mail, and empty for a service.
      `"require"`: it must be there for a person, too. `"ignore"`: it is not looked at, and nobody may
      believe it.
    - `cache_entries`: how many verified tokens are kept, so that one that comes again is only looked up, 0 to
      10,000,000; 0 keeps none.
    - `cache_bytes`: how much memory they may take, 0 to 68,719,476,736 (64 GiB), and as much once more for
      their claims as Python objects; 0 keeps none.

    A token that comes again is judged as strictly as the first time; see `verify`. Verifiers share no tokens.

    Fractions of a second are rounded down. Raises `InvalidConfig` with what is wrong and what was expected,
    also if the keys are fetched for another team, `InvalidArgument` if the keys are closed, and `TypeError`
    for wrong types: a bare string is no list.

    >>> verifier = Verifier(team="acme", audiences=[audience], keys=keys)
    >>> verifier.verify(token).email
    'ada@example.com'
    """

    __slots__ = ("_timeout", "_warnings")

    def __init__(
        self,
        *,
        team: str,
        audiences: Iterable[str],
        keys: Keys,
        leeway: Seconds = 30,
        allow_services: Iterable[str] | Literal["any"] = (),
        accept_cookie: bool = False,
        email_header: Literal["check", "require", "ignore"] = "check",
        max_lifetime: Seconds = 2_628_060,
        max_age: Seconds | None = None,
        cache_entries: int = 8_192,
        cache_bytes: int = 33_554_432,
    ) -> None:
        if not isinstance(keys, Keys):
            raise TypeError(f"keys must be Keys, not {type(keys).__name__}")
        any_service = isinstance(allow_services, str) and allow_services == "any"
        self._handle = _native.verifier(
            text(team, "team"),
            texts(audiences, "audiences"),
            None if any_service else texts(allow_services, "allow_services"),
            whole_seconds(leeway, "leeway", InvalidConfig),
            whole_seconds(max_lifetime, "max_lifetime", InvalidConfig),
            None if max_age is None else whole_seconds(max_age, "max_age", InvalidConfig),
            switch(accept_cookie, "accept_cookie"),
            choice(email_header, EMAIL_HEADER, "email_header"),
            whole_number(cache_entries, "cache_entries"),
            whole_number(cache_bytes, "cache_bytes"),
            keys._opened(),
        )
        self._warnings = _native.warnings(self._handle)
        self._timeout = keys._timeout

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is doubtful in the configuration, one line each, for a log at the start: for example an
        audience that is not 64 hexadecimal digits, as the AUD tags of Access are."""
        return self._warnings

    def verify(self, token: Token, now: Seconds | None = None) -> Claims:
        """Verifies a token, and returns what it says.

        `token` is the value of the request header `Cf-Access-Jwt-Assertion`, the very bytes, with nothing
        before or behind them. `now` is in seconds since 1970, for tests and replays; by default the
        system's clock. A fraction is rounded down.

        The checks run in a fixed order, and the first that fails names the refusal. No claim is looked at
        before the signature holds.

        1. form: `NoToken`, `OpaqueToken`, `Malformed`, `TooLarge`
        2. header: `Malformed`, `UnsupportedAlgorithm`, `UnsupportedHeader`
        3. key and signature: `UnknownKey`, or `KeysUnavailable` while no keys are in force; `BadSignature`
        4. claims: `MalformedClaims`, `MissingClaim`, `InvalidClaim`
        5. policy: `WrongIssuer`, `WrongAudience`, `WrongTokenType`, `Expired`, `NotYetValid`,
           `SessionTooLong`, `SessionTooOld`, `AmbiguousIdentity`, `ServiceNotAllowed`

        All of them are `AccessError`. Beside them it raises `InvalidArgument` for a `now` outside 0 to
        2^53 - 1 or a closed verifier, `Internal` for a fault of the library, and `TypeError` for another
        type of argument, such as a token that is `None`.

        Where keys are fetched, a token whose key is not there waits for the fetch, within the `timeout` of
        the keys, and lets the GIL go meanwhile. Every other token is verified at once, and keeps the GIL,
        which takes less time than to hand it over and back; with a `now` it is handed over. In an event
        loop, use `verify_async`.

        A token that was accepted before and comes again, byte for byte, is only looked up, which takes about
        half a microsecond. Each time it is asked anew whether it has expired and is young enough, by the same
        clock, and whether its key is in force. If not, it takes the whole way, and is refused there. Nothing
        else can change, since a verifier is frozen. Callers with the same token may get the same `Claims`,
        which nobody can change. Refusals are not kept.

        >>> verifier.verify(token, now=9_999_999_999)
        Traceback (most recent call last):
        cfaccess.Expired: EXPIRED: ...
        """
        handle = self._handle
        if handle is None:
            handle = self._opened()
        if type(token) is not bytes:
            token = token_bytes(token)
        if now is None:
            kept = handle.kept
            if kept is not None:
                number = lookup(handle.pointer, token, len(token))
                claims = kept.young.get(number) or kept.find(number)
                if claims is not None:
                    return claims
        elif type(now) is not int or not 0 <= now <= LAST_SECOND:
            now = point_in_time(now)
        return _native.verify(_native.TOKEN, handle, token, len(token), now)

    def verify_request(self, headers: Headers, now: Seconds | None = None) -> Claims:
        """Verifies the token of a request, and returns what it says.

        `headers` is one of these, and of it only `Cf-Access-Jwt-Assertion`, `Cookie` and
        `Cf-Access-Authenticated-User-Email` are read, in any case of letters:

        - a mapping of names to values, such as `request.headers` of Flask, Django, Starlette and others,
          where `items()` may give a name more than once;
        - a list of pairs of name and value;
        - a WSGI environ: a `dict` with a tuple `wsgi.version`, or with `REQUEST_METHOD` and no hyphen in
          its keys;
        - an ASGI scope: a `dict` whose `type` is `http` or `websocket`, with a list `headers`.

        Names and values are `bytes`, or `str` that stand for bytes as WSGI and the frameworks have it: in
        ISO-8859-1. What does not fit there is taken as UTF-8.

        The token is the value of `Cf-Access-Jwt-Assertion`. Where that header is not there and the cookie is
        accepted, it is the value of the cookie `CF_Authorization`. `NoToken` if there is none or it is empty;
        `Malformed` if there is more than one, also joined by a comma. Then it raises what `verify` raises,
        and at last `IdentityMismatch` if the e-mail header is not as `email_header` has it. `TypeError` for
        another type of argument. It waits like `verify`, and keeps tokens like it; all headers are compared
        each time.

        Two things are lost in a WSGI environ. Servers join repeated headers by a comma: assertions and
        e-mails are refused then, as they should be, and a cookie behind such a comma is not found. And
        some servers do not tell `_` in a name from `-`, so that a header with underscores is read like
        the real one; gunicorn and Werkzeug drop such headers.

        >>> verifier.verify_request({"Cf-Access-Jwt-Assertion": token}).email
        'ada@example.com'
        >>> verifier.verify_request([(b"accept", b"*/*")])
        Traceback (most recent call last):
        cfaccess.NoToken: NO_TOKEN: the request has no header Cf-Access-Jwt-Assertion
        """
        handle = self._handle
        if handle is None:
            handle = self._opened()
        if now is not None and (type(now) is not int or not 0 <= now <= LAST_SECOND):
            now = point_in_time(now)
        found = headers_that_matter(headers)
        return _native.verify(_native.REQUEST, handle, _native.headers(found), len(found), now)

    async def verify_async(self, token: Token) -> Claims:
        """Verifies a token as `verify` does, in an event loop of `asyncio`.

        Where the key is there it verifies at once, as `verify` does; the event loop may turn only while a
        key is being fetched. That costs no thread of Python either: it looks again every few milliseconds.
        Raises what `verify` raises, and `KeysPending` if the key is still being fetched after the `timeout`
        of the keys.

        >>> import asyncio
        >>> asyncio.run(verifier.verify_async(token)).email
        'ada@example.com'
        """
        handle = self._opened()
        encoded = token_bytes(token)
        return await verify_patiently(_native.TOKEN, handle, encoded, len(encoded), self._timeout)

    async def verify_request_async(self, headers: Headers) -> Claims:
        """Verifies the token of a request as `verify_request` does, in an event loop as `verify_async` does.

        >>> import asyncio
        >>> asyncio.run(verifier.verify_request_async({"Cf-Access-Jwt-Assertion": token})).email
        'ada@example.com'
        """
        handle = self._opened()
        found = headers_that_matter(headers)
        row = _native.headers(found)
        return await verify_patiently(_native.REQUEST, handle, row, len(found), self._timeout)

    def stats(self) -> dict[str, Any]:
        """What this verifier has done since it was made, for metrics and health pages: a new dict of plain
        values. It never waits.

        - `verified`: tokens that were accepted after a whole verification;
        - `hits`: tokens that were accepted because they had been verified before and still hold;
        - `refusals`: a dict of counts by the name of the status, of those that occurred;
        - `evictions`: verified tokens that were given up to make room;
        - `entries` that are kept now, and their `bytes`.

        The counts are those of all threads; a forked child begins with those of its parent. A hit whose
        claims Python has no more may count twice. Raises `InvalidArgument` if this object is closed.

        >>> claims = verifier.verify(token)
        >>> before = verifier.stats()
        >>> claims = verifier.verify(token)
        >>> verifier.stats()["hits"] - before["hits"]
        1
        """
        stats: dict[str, Any] = json.loads(_native.stats(self._opened()))
        return stats

    def explain(self, token: Token, now: Seconds | None = None) -> dict[str, Any]:
        """Tells people why a token is refused: every check that can be made, with what it expected and found.

        The result is a new dict of plain values. `checks` is a list of dicts with `check`, `result`
        (`"passed"` or `"failed"`), `expected` and `found`, and `status` and `message` where it failed. It is
        no verdict, and has nothing that says whether the token is accepted. Claims are shown whether or not
        the signature holds, the signature never: show it to whoever may see the claims. It goes by the keys
        in force, and never waits for others.

        Arguments are those of `verify`. Raises `InvalidArgument` for a `now` outside 0 to 2^53 - 1 or a
        closed verifier, and `TypeError` for wrong types; nothing about the token.

        >>> checks = verifier.explain(token, now=9_999_999_999)["checks"]
        >>> [(check["check"], check["status"]) for check in checks if check["result"] == "failed"]
        [('expiry', 'EXPIRED')]
        """
        moment = point_in_time(time.time() if now is None else now)
        explanation: dict[str, Any] = json.loads(_native.explain(self._opened(), token_bytes(token), moment))
        return explanation
