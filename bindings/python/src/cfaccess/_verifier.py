"""Verification."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from . import _native
from ._arguments import LAST_SECOND, Seconds, Token, point_in_time, text, texts, token_bytes, whole_seconds
from ._claims import Claims
from ._errors import InvalidConfig
from ._handle import Owner
from ._keys import Keys


class Verifier(Owner):
    """Verifies the tokens of one application. Made once, used by any number of threads.

    It cannot be configured open: there is no verifier without a team, an audience and keys, and no option
    turns a check off. It works on after `fork`. Use it as a context manager, or call `close()`, or let it
    be collected.

    Arguments, all by name:

    - `team`: `"acme"`, `"acme.cloudflareaccess.com"` or `"https://acme.cloudflareaccess.com"`, and the same
      with `.fed.cloudflareaccess.com`. `iss` must be exactly this team's.
    - `audiences`: the AUD tags of the application, 1 to 1,024. A token must be for one of them.
    - `keys`: the keys of the same team. They are shared, so `keys.load_json` reaches this verifier too.
    - `leeway`: how far clocks may differ, in seconds, 0 to 300.
    - `allow_services`: the Client IDs of the services that may call, or `"any"`. By default only persons may.
      (https://developers.cloudflare.com/cloudflare-one/access-controls/service-credentials/service-tokens/)
    - `max_lifetime`: the longest time from `iat` to `exp` that is accepted, in seconds, 1 to 2,628,000, which
      is the month that Access allows
      (https://developers.cloudflare.com/cloudflare-one/access-controls/access-settings/session-management/).

    Fractions of a second are rounded down. Raises `InvalidConfig` with what is wrong and what was expected,
    `InvalidArgument` if the keys are closed, and `TypeError` for wrong types: a bare string is no list.

    >>> verifier = Verifier(team="acme", audiences=[audience], keys=keys)
    >>> verifier.verify(token).email
    'ada@example.com'
    """

    __slots__ = ("_warnings",)

    def __init__(
        self,
        *,
        team: str,
        audiences: Iterable[str],
        keys: Keys,
        leeway: Seconds = 30,
        allow_services: Iterable[str] | Literal["any"] = (),
        max_lifetime: Seconds = 2_628_000,
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
            keys._opened(),
        )
        self._warnings = _native.warnings(self._handle)

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

        1. form: `OpaqueToken`, `Malformed`, `TooLarge`
        2. header: `Malformed`, `UnsupportedAlgorithm`, `UnsupportedHeader`
        3. key and signature: `UnknownKey`, `BadSignature`
        4. claims: `MalformedClaims`, `MissingClaim`, `InvalidClaim`
        5. policy: `WrongIssuer`, `WrongAudience`, `WrongTokenType`, `Expired`, `NotYetValid`,
           `SessionTooLong`, `AmbiguousIdentity`, `ServiceNotAllowed`

        All of them are `AccessError`. Beside them it raises `InvalidArgument` for a `now` outside 0 to
        2^53 - 1 or a closed verifier, `Internal` for a fault of the library, and `TypeError` for another
        type of argument, such as a token that is `None`.

        It never waits, and keeps the GIL: verifying takes less time than handing the GIL over and back.

        >>> verifier.verify(token, now=9_999_999_999)
        Traceback (most recent call last):
        cfaccess.Expired: EXPIRED: ...
        """
        handle = self._handle
        if handle is None:
            handle = self._opened()
        if type(token) is not bytes:
            token = token_bytes(token)
        if now is not None and (type(now) is not int or not 0 <= now <= LAST_SECOND):
            now = point_in_time(now)
        claims = Claims()
        claims._head, claims._strings = _native.verify(handle, token, now)
        return claims
