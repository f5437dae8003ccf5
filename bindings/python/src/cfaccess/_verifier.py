"""Verification."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from functools import partial
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
    wrong_type,
)
from ._claims import Claims
from ._errors import InvalidConfig
from ._handle import Owner
from ._keys import Keys
from ._native import lookup
from ._outcome import PENDING
from ._request import Headers, headers_that_matter
from ._revocations import Revocations
from ._waiting import Awaited, awaited_keys, awaited_revocations, wait, wait_async

# CFACCESS_EMAIL_HEADER_* in C.
EMAIL_HEADER = {"check": 0, "require": 1, "ignore": 2}

# By repr(), of up to 1,024.
_AUDIENCES_SHOWN = 3


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
      is used by this verifier too.
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
    - `email_header`: how `verify_request` handles the header `Cf-Access-Authenticated-User-Email`, which
      anybody can send. `"check"`: if present, it must be the verified e-mail, or empty for a service.
      `"require"`: as `"check"`, and it must be present for a person. `"ignore"`: it is not read, and must
      not be trusted.
    - `revocations`: of the same team; tokens that were revoked are refused. They are shared: what is revoked
      later is refused by this verifier too. By default no token is.
    - `cache_entries`: how many verified tokens are cached, 0 to 10,000,000; 0 for none.
    - `cache_bytes`: how much memory they may take, 0 to 68,719,476,736 (64 GiB), and the same amount again
      for their claims as Python objects; 0 for none.

    A cached token is checked as strictly as the first time; see `verify`. Verifiers share no cache.

    Fractions of a second are rounded down. Raises `InvalidConfig` with what is wrong and what was expected,
    or if the keys or the revocations are those of another team. It is also raised for keys of a local Access
    (see `Keys.from_json`) and another team than `cfaccess-local`, and the other way round. Raises
    `InvalidArgument` if one of them is closed, and `TypeError` for wrong types: a string is not accepted as
    a list.

    >>> verifier = Verifier(team="acme", audiences=[audience], keys=keys)
    >>> verifier.verify(token).email
    'ada@example.com'
    """

    __slots__ = ("_audiences", "_awaited", "_team", "_warnings")

    _awaited: list[Awaited]
    """What a verification may wait for."""

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
        revocations: Revocations | None = None,
    ) -> None:
        if not isinstance(keys, Keys):
            raise wrong_type("keys", "Keys", keys)
        if not (revocations is None or isinstance(revocations, Revocations)):
            raise wrong_type("revocations", "Revocations", revocations)
        any_service = isinstance(allow_services, str) and allow_services == "any"
        encoded_audiences = texts(audiences, "audiences")
        self._handle = _native.verifier(
            text(team, "team"),
            encoded_audiences,
            None if any_service else texts(allow_services, "allow_services"),
            whole_seconds(leeway, "leeway", InvalidConfig),
            whole_seconds(max_lifetime, "max_lifetime", InvalidConfig),
            None if max_age is None else whole_seconds(max_age, "max_age", InvalidConfig),
            switch(accept_cookie, "accept_cookie"),
            choice(email_header, EMAIL_HEADER, "email_header"),
            whole_number(cache_entries, "cache_entries"),
            whole_number(cache_bytes, "cache_bytes"),
            keys._opened(),
            None if revocations is None else revocations._opened(),
        )
        self._warnings = _native.warnings(self._handle)
        self._awaited = [awaited_keys([self._handle.keys], keys._timeout)]
        if revocations is not None and self._handle.revocations is not None:
            self._awaited.append(awaited_revocations([self._handle.revocations], revocations._timeout))
        self._team = team
        self._audiences = tuple(audience.decode() for audience in encoded_audiences)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What looks wrong in the configuration but is accepted, one line each, to be logged at startup: for
        example an audience that is not 64 hexadecimal digits, as the AUD tags of Access are, or the team of a
        local Access."""
        return self._warnings

    def verify(self, token: Token, now: Seconds | None = None) -> Claims:
        """Verifies a token, and returns what it says.

        `token` is the value of the request header `Cf-Access-Jwt-Assertion`, with nothing before or
        after it. `now` is in seconds since 1970, for tests and replays; by default the
        system's clock. A fraction is rounded down.

        The checks run in a fixed order, and the first that fails names the refusal. No claim is read before
        the signature has been verified.

        1. form: `NoToken`, `OpaqueToken`, `Malformed`, `TooLarge`
        2. header: `Malformed`, `UnsupportedAlgorithm`, `UnsupportedHeader`
        3. key and signature: `UnknownKey`, or `KeysUnavailable` while no keys are in force; `BadSignature`
        4. claims: `MalformedClaims`, `MissingClaim`, `InvalidClaim`
        5. policy: `WrongIssuer`, `WrongAudience`, `WrongTokenType`, `Expired`, `NotYetValid`,
           `SessionTooLong`, `SessionTooOld`, `AmbiguousIdentity`, `ServiceNotAllowed`
        6. revocation, if the verifier has revocations: `Revoked`, `Blocked`, or `RevocationsUnavailable`
           while it cannot be told

        All of them are `AccessError`. It also raises `InvalidArgument` for a `now` outside 0 to
        2^53 - 1 or a closed verifier, `Internal` for a fault of the library, and `TypeError` for another
        type of argument, such as a token that is `None`.

        Where keys are fetched, a token whose key is missing waits for the fetch, for at most the `timeout` of
        the keys. Other threads run meanwhile, and so do signal handlers and the greenlets of gevent and
        eventlet. `KeysPending` if the fetch has not ended by then, or at once if other callers are waiting
        already while keys are in force. In the same way a token that is good otherwise waits for revocations
        that are due, for at most their `timeout`: `RevocationsPending` if they have not come by then. They
        are due when the store last answered longer ago than the `interval`, unless it failed. Every other
        token is verified without waiting. In an event loop, use `verify_async`.

        A token that was accepted before is looked up in a cache, which takes about half a microsecond. Each
        time, its expiry and age are checked against the same clock, its key must still be in force, and it
        must not have been revoked; if a check fails, the token is verified in full, and refused there.
        Nothing else can change, since a verifier is immutable. Callers with the same token may get the same
        `Claims`, which are immutable too. Refusals are not cached.

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
        try:
            return _native.verify(_native.TOKEN, handle, token, len(token), now)
        except PENDING:
            return self._wait(_native.TOKEN, handle, token, len(token), now)

    def verify_request(self, headers: Headers, now: Seconds | None = None) -> Claims:
        """Verifies the token of a request, and returns what it says.

        `headers` is one of these, and of it only `Cf-Access-Jwt-Assertion`, `Cookie` and
        `Cf-Access-Authenticated-User-Email` are read, in any case of letters:

        - a mapping of names to values, such as `request.headers` of Flask, Django, Starlette and others,
          where `items()` may give a name more than once;
        - a list of pairs of name and value;
        - a WSGI environ: a `dict` with a tuple `wsgi.version`, or with `REQUEST_METHOD` and no hyphen in
          its keys;
        - an ASGI scope: a `dict` whose `type` is `http` or `websocket`, with a list `headers`;
        - a request of Flask, Django, Starlette, aiohttp and others: an object with one of these as its
          attribute `headers`, or with a tuple of pairs as its `raw_headers`.

        Names and values are `bytes`, or `str` decoded as ISO-8859-1, as WSGI and the frameworks do.
        Characters outside of it are encoded as UTF-8.

        The token is the value of `Cf-Access-Jwt-Assertion`. If that header is missing and the cookie is
        accepted, it is the value of the cookie `CF_Authorization`. `NoToken` if there is none or it is empty;
        `Malformed` if there is more than one header, several tokens joined by a comma, or several cookies
        of different principals or of none. Then it raises what `verify` raises, and finally
        `IdentityMismatch` if the e-mail header is not as `email_header` demands.
        `TypeError` for another type of argument. It waits and caches as `verify` does; the headers are
        compared each time.

        A WSGI environ loses two distinctions. Servers join repeated headers with a comma: repeated assertions
        and e-mails are then refused, as they should be, and a cookie after such a comma is not found. And
        some servers treat `_` in a name as `-`, so that a header with underscores is read like the real one;
        gunicorn and Werkzeug drop such headers.

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
        row = _native.headers(found)
        try:
            return _native.verify(_native.REQUEST, handle, row, len(found), now)
        except PENDING:
            return self._wait(_native.REQUEST, handle, row, len(found), now)

    async def verify_async(self, token: Token) -> Claims:
        """Verifies a token as `verify` does, in an event loop of asyncio or trio.

        It suspends only while a key is being fetched or revocations are being read, and uses no thread for
        that. Raises what `verify` raises, `KeysPending` if the key is still being fetched after the `timeout`
        of the keys, and `RevocationsPending` if the revocations are still being read after theirs.

        >>> import asyncio
        >>> asyncio.run(verifier.verify_async(token)).email
        'ada@example.com'
        """
        handle = self._opened()
        encoded = token_bytes(token)
        call = partial(_native.verify, _native.TOKEN, handle, encoded, len(encoded), None)
        return await wait_async(call, self._awaited)

    async def verify_request_async(self, headers: Headers) -> Claims:
        """Verifies the token of a request as `verify_request` does, in an event loop as `verify_async` does.

        >>> import asyncio
        >>> asyncio.run(verifier.verify_request_async({"Cf-Access-Jwt-Assertion": token})).email
        'ada@example.com'
        """
        handle = self._opened()
        found = headers_that_matter(headers)
        row = _native.headers(found)
        call = partial(_native.verify, _native.REQUEST, handle, row, len(found), None)
        return await wait_async(call, self._awaited)

    def stats(self) -> dict[str, Any]:
        """What this verifier has done since it was made, for metrics and health pages: a new dict of plain
        values. It never waits.

        - `verified`: tokens that were accepted after a full verification;
        - `hits`: tokens that were accepted from the cache;
        - `refusals`: a dict of counts by the name of the status, of those that occurred;
        - `evictions`: cached tokens that were dropped to make room;
        - `entries` in the cache now, and their `bytes`;
        - `warnings`: a list of the lines of the property of that name.

        The counts are those of all threads; a forked child begins with those of its parent. A hit may count
        twice if Python has dropped its claims. `KeysPending` and `RevocationsPending` are not counted, since
        the caller may try again. Raises `InvalidArgument` if this object is closed.

        >>> claims = verifier.verify(token)
        >>> before = verifier.stats()
        >>> claims = verifier.verify(token)
        >>> verifier.stats()["hits"] - before["hits"]
        1
        """
        stats: dict[str, Any] = json.loads(_native.stats(self._opened()))
        for pending in PENDING:  # the library counts each call that is made while something is being fetched
            stats["refusals"].pop(pending.status, None)
        return stats

    def explain(self, token: Token, now: Seconds | None = None) -> dict[str, Any]:
        """Explains to people why a token is refused: every check that can be made, with what it expected and
        found.

        The result is a new dict of plain values. `checks` is a list of dicts with `check`, `result`
        (`"passed"` or `"failed"`), `expected` and `found`, and `status` and `message` where it failed;
        `warnings` are the lines of the property of that name. It is not a verdict, and does not say whether
        the token is accepted. Claims are shown even if the signature is invalid, the signature never: show it
        only to people who may see the claims. It uses the keys in force, and never waits for others.

        Arguments are those of `verify`. Raises `InvalidArgument` for a `now` outside 0 to 2^53 - 1 or a
        closed verifier, and `TypeError` for wrong types; nothing about the token.

        >>> checks = verifier.explain(token, now=9_999_999_999)["checks"]
        >>> [(check["check"], check["status"]) for check in checks if check["result"] == "failed"]
        [('expiry', 'EXPIRED')]
        """
        moment = point_in_time(time.time() if now is None else now)
        explanation: dict[str, Any] = json.loads(_native.explain(self._opened(), token_bytes(token), moment))
        return explanation

    def __repr__(self) -> str:
        shown = [repr(audience) for audience in self._audiences[:_AUDIENCES_SHOWN]]
        if len(self._audiences) > _AUDIENCES_SHOWN:
            shown.append(f"{len(self._audiences) - _AUDIENCES_SHOWN} more")
        closed = " closed" if self._handle is None else ""
        return f"<Verifier team={self._team!r} audiences=[{', '.join(shown)}]{closed}>"

    def _wait(
        self, entry: _native.Entry, handle: _native.VerifierHandle, subject: Any, length: int, now: int | None
    ) -> Claims:
        """Verifies when what is missing has been fetched."""
        call = partial(_native.verify, entry, handle, subject, length, now)
        return wait(call, self._awaited)
