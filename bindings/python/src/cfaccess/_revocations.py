"""What was revoked for one Access team."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Literal, Union

from . import _revoking
from ._arguments import (
    Seconds,
    choice,
    function,
    milliseconds,
    path_bytes,
    text,
    whole_number,
    whole_seconds,
    wrong_type,
)
from ._errors import InvalidArgument
from ._handle import Handle, Owner
from ._revoking import KINDS, NO_TARGET, WHEN_STALE, Options, Target
from ._waiting import awaited_revocations, wait

Entry = dict[str, Any]
Entries = list[Entry]
Kind = Literal["team", "application", "subject", "email", "service", "session"]
Value = Union[str, None]

_NEVER = 2**53 - 1


class Revocations(Owner[Handle]):
    """What was revoked for one Access team. Opened once, given to verifiers, used by any number of threads.

    A revocation here ends tokens. The login lives at Cloudflare, which gives a browser new tokens from it:
    end both.

    A verifier with revocations refuses tokens that it accepted before as soon as they are revoked: at once in
    the process that revokes them, and within `interval` in every other one that uses the same store. Use it
    as a context manager, or call `close()`, or let it be collected: verifiers made with it go on with it.

    `revoke`, `block` and `lift` take exactly one of these:

    - `team=True`: every token of the team;
    - `application`: tokens with this AUD tag among their audiences;
    - `subject`, `email`: tokens of the person with this `sub` or this `email`;
    - `service`: tokens of the service with this Client ID;
    - `session`: tokens of one login, by `Claims.session`.

    Values are compared without regard to ASCII case, e-mail addresses without regard to any case, and
    sessions exactly. All three also take `reason` and `made_by` for the audit of the store, each one line of
    at most 256 bytes. When they return, the store has remembered it. They may wait for the store, for at most
    2 seconds or `timeout`, whichever is longer; other threads run meanwhile. In an event loop call them in a
    thread: `await asyncio.to_thread(revocations.revoke, email="ada@example.com")`.

    They raise `InvalidArgument` if a value or an option is wrong or this object is closed,
    `RevocationsUnavailable` if the store did not confirm the write, so that it is not known to be there, or
    refuses it, and `TypeError` for wrong types and for none or several of the above.

    >>> revocations = Revocations.open("memory:", team="acme")
    >>> verifier = Verifier(team="acme", audiences=[audience], keys=keys, revocations=revocations)
    >>> verifier.verify(token).email
    'ada@example.com'
    >>> new_tokens_are_good_from = revocations.revoke(email="ada@example.com", reason="lost laptop")
    >>> verifier.verify(token)
    Traceback (most recent call last):
    cfaccess.Revoked: REVOKED: ...
    """

    __slots__ = ("_origin", "_timeout")

    _origin: str
    """What they were opened from, for people, without a password."""

    _timeout: float
    """How long a verification may wait for the store, in seconds."""

    def __init__(self) -> None:
        raise TypeError("use Revocations.open(url, team=team)")

    @classmethod
    def open(
        cls,
        url: str,
        *,
        team: str,
        interval: Seconds = 2,
        timeout: Seconds = 1,
        max_stale: Seconds = 300,
        when_stale: Literal["refuse", "continue"] = "refuse",
        ca_file: str | os.PathLike[str] | None = None,
        log: Callable[[int, str], object] | None = None,
    ) -> Revocations:
        """Opens the store of a team's revocations.

        `url` is one of these:

        - `memory:` for the life of this process, which makes the revocations itself;
        - `sqlite:PATH` for the processes of one host;
        - `redis://…`, `rediss://…` and `redis+unix://…` for many hosts (Redis or Valkey).

        `team` is as in `Verifier`, which must be of the same team. Nothing is read yet: the first
        verification does that, unless `connect()` did. A store that other processes write to is asked again
        at half the interval, in the background. Only a token that comes when the last answer is older than
        the interval waits for the next one, as `Verifier.verify` says. A token that is known to be revoked is
        refused however old that knowledge is.

        - `interval`: the time within which a revocation is in force in every process, in seconds, 0.1 to 60.
        - `timeout`: how long one answer of the store may take, and how long a verification may wait for it,
          in seconds, 0.1 to 60. A store that does not answer holds up the callers of a process once.
        - `max_stale`: how long the revocations that are known count while the store does not answer, in
          seconds, from `interval` to 86,400 (a day).
        - `when_stale`: what happens to other tokens after that, or if the store never answered. `"refuse"`:
          they are refused with `RevocationsUnavailable`. `"continue"`: they are accepted, since an outage of
          the store must not become one of the application, even if a revocation does not reach it.
        - `ca_file`: certificate authorities in PEM to trust in addition to the platform's, for `rediss://`.
        - `log`: a function that is called with a level of the module `logging` and a line when the store does
          not answer, answers again, or has lost entries, such as `logging.getLogger("revocations").log`. It
          runs on a thread of its own.

        Times are `int` or `float`, to the millisecond. Raises `InvalidConfig` if the URL, the team or an
        option is wrong, `InvalidArgument` for a path that no file can have, and `TypeError` for wrong types.
        """
        encoded = text(url, "url")
        handle = _revoking.revocations_open(
            encoded,
            text(team, "team"),
            milliseconds(interval, "interval"),
            milliseconds(timeout, "timeout"),
            milliseconds(max_stale, "max_stale"),
            choice(when_stale, WHEN_STALE, "when_stale"),
            None if ca_file is None else path_bytes(ca_file, "ca_file"),
            None if log is None else function(log, "log"),
        )
        revocations = cls.__new__(cls)
        revocations._handle = handle
        revocations._origin = f"{url.partition(':')[0]}: team={team!r}"
        revocations._timeout = float(timeout)
        return revocations

    def revoke(
        self,
        *,
        team: bool = False,
        application: str | None = None,
        subject: str | None = None,
        email: str | None = None,
        service: str | None = None,
        session: str | None = None,
        at: Seconds | None = None,
        margin: Seconds | None = None,
        reason: str | None = None,
        made_by: str | None = None,
    ) -> int | None:
        """Ends sessions: tokens that were issued up to now and a margin are refused with `Revoked`. Of a
        session all tokens are. Revoking again only moves that time to later.

        `at` is a time in the past, in seconds since 1970, in place of now and the margin: for a leak that is
        noticed late. `margin` is 0 to 300 seconds, by default 2: times of issue are whole seconds, and the
        revocation is in force everywhere only after the interval.

        Returns the first second, since 1970, whose tokens are accepted: one that is issued before it stays
        refused as long as it lives. `None` for never, as for a session.

        >>> revocations = Revocations.open("memory:", team="acme")
        >>> revocations.revoke(service="e367826f93b8d71185e03fe518aff3b4.access", at=1_767_225_600)
        1767225601
        """
        target = _target(
            team=team, application=application, subject=subject, email=email, service=service, session=session
        )
        options = _options(at=at, margin=margin, reason=reason, made_by=made_by)
        good_from = _revoking.revoke(self._opened(), target, options)
        return None if good_from == _NEVER else good_from

    def block(
        self,
        *,
        team: bool = False,
        application: str | None = None,
        subject: str | None = None,
        email: str | None = None,
        service: str | None = None,
        session: str | None = None,
        until: Seconds | None = None,
        reason: str | None = None,
        made_by: str | None = None,
    ) -> int | None:
        """Keeps out, until a time in seconds since 1970 or for ever: all tokens are refused with `Blocked`.
        Those that were issued before the block stay refused after it, with `Revoked`. Returns what `revoke`
        does, for when the block is over.

        >>> revocations = Revocations.open("memory:", team="acme")
        >>> good_from = revocations.block(email="mallory@example.com", reason="left the company")
        """
        target = _target(
            team=team, application=application, subject=subject, email=email, service=service, session=session
        )
        options = _options(until=until, reason=reason, made_by=made_by)
        good_from = _revoking.block(self._opened(), target, options)
        return None if good_from == _NEVER else good_from

    def lift(
        self,
        *,
        team: bool = False,
        application: str | None = None,
        subject: str | None = None,
        email: str | None = None,
        service: str | None = None,
        session: str | None = None,
        reason: str | None = None,
        made_by: str | None = None,
    ) -> None:
        """Ends a block; tokens that were issued before it stay refused. Where there is no block, the
        revocation is lifted, and its tokens are good again. Lifting what is not there has no effect.

        >>> revocations = Revocations.open("memory:", team="acme")
        >>> revocations.lift(email="ada@example.com")
        """
        target = _target(
            team=team, application=application, subject=subject, email=email, service=service, session=session
        )
        _revoking.lift(self._opened(), target, _options(reason=reason, made_by=made_by))

    def list(
        self, kind: Kind | None = None, after: Mapping[str, Any] | None = None, limit: int = 100
    ) -> Entries:
        """A page of the entries of the store, as a new list of dicts, in the order of kind and value.

        `kind` is one of `"team"`, `"application"`, `"subject"`, `"email"`, `"service"` and `"session"`, or
        `None` for all; `after` is the last entry of the page before; `limit` is 1 to 10,000. A page with
        fewer entries is the last.

        - `kind`, and `value` as it is compared, empty for the team;
        - `not_issued_after`: tokens that were issued up to then are refused; `None` if nothing is revoked;
        - `blocked_until`: `None` if nothing is blocked;
        - `expires_at`: from then on the entry refuses no token that is alive, and falls away;
        - `made_at`, `made_by`, `reason`: when, by whom and why it was last written.

        Times are in seconds since 1970; 2^53 - 1 means always, for ever and never. Entries that were lifted
        have neither of the first two times; they and those that fell away are there until the store removes
        them.

        It may wait for the store as `revoke` does. Raises `InvalidArgument` for a limit out of bounds or if
        this object is closed, `RevocationsUnavailable` if the store does not answer, and `TypeError` for
        wrong types.

        >>> revocations = Revocations.open("memory:", team="acme")
        >>> good_from = revocations.revoke(email="Ada@Example.com", reason="lost laptop")
        >>> [(entry["kind"], entry["value"], entry["reason"]) for entry in revocations.list()]
        [('email', 'ada@example.com', 'lost laptop')]
        """
        number = 0 if kind is None else _kind(kind)
        document = _revoking.entries(self._opened(), number, _after(after), whole_number(limit, "limit"))
        entries: Entries = json.loads(document)["entries"]
        return entries

    def import_entries(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Adds entries as `list` gives them, all or none: of another store, or made by the program itself.
        They only raise what is there.

        Of each entry `kind`, `value` (not for the team) and `expires_at` are needed; `made_at` is now unless
        it is there. An `expires_at` that is too early for a token that could be alive is put off. It waits
        and raises as `revoke` does.

        >>> revocations = Revocations.open("memory:", team="acme")
        >>> elsewhere = Revocations.open("memory:", team="acme")
        >>> good_from = elsewhere.block(email="mallory@example.com")
        >>> revocations.import_entries(elsewhere.list())
        >>> revocations.status()["entries"]
        1
        """
        try:
            document = json.dumps({"entries": [dict(entry) for entry in entries]}, allow_nan=False)
        except ValueError:
            raise InvalidArgument("an entry has a value that JSON has not") from None
        _revoking.import_entries(self._opened(), document.encode())

    def connect(self) -> None:
        """Makes sure that the store has been read before the first token arrives: reads it now and waits,
        unless what is known is current. It waits for at most `timeout`, and longer only while a large store
        goes on answering; in the way that `Verifier.verify` does.

        Raises `RevocationsUnavailable` with the reason, and later verifications try again; `InvalidArgument`
        if this object is closed.
        """
        handle = self._opened()
        call = partial(_revoking.revocations_try_connect, handle)
        wait(call, [awaited_revocations([handle], math.inf)])

    def status(self) -> dict[str, Any]:
        """What is known now, for logs and health pages: a new dict of plain values. It never waits.

        - `source`: `"memory"`, `"sqlite"` or `"redis"`;
        - `entries`: how many refuse tokens in this process;
        - `version`: increases whenever they change;
        - `age`: seconds, as `float`, since the store last answered; `None` if it never did, and for
          `memory:`;
        - `last_error`: why it did not answer, as one line; `None` since the last answer;
        - `refreshes`: questions to the store, and `failures` among them;
        - `skipped`: entries of the store that cannot be read and are not used;
        - `losses`: how often the store was seen to have lost entries. This process keeps those that it knew.

        Raises `InvalidArgument` if this object is closed.

        >>> Revocations.open("memory:", team="acme").status()["entries"]
        0
        """
        status: dict[str, Any] = json.loads(_revoking.revocations_status(self._opened()))
        return status

    def __repr__(self) -> str:
        return f"<Revocations {self._origin}{' closed' if self._handle is None else ''}>"


def _target(*, team: bool, **values: Value) -> Target:
    """Of the one kind that is given."""
    if not isinstance(team, bool):
        raise wrong_type("team", "bool", team)
    given = {kind: value for kind, value in values.items() if value is not None}
    if len(given) + team != 1:
        raise TypeError(f"exactly one of {', '.join(KINDS)} must be given")
    if team:
        return Target(KINDS["team"], None)
    ((kind, value),) = given.items()
    return Target(KINDS[kind], text(value, kind, InvalidArgument))


def _options(
    *,
    at: Seconds | None = None,
    margin: Seconds | None = None,
    until: Seconds | None = None,
    reason: str | None = None,
    made_by: str | None = None,
) -> Options:
    def seconds(value: Seconds | None, name: str) -> int | None:
        return None if value is None else whole_seconds(value, name, InvalidArgument)

    def line(value: str | None, name: str) -> bytes | None:
        return None if value is None else text(value, name, InvalidArgument)

    return Options(
        seconds(at, "at"),
        seconds(margin, "margin"),
        seconds(until, "until"),
        line(reason, "reason"),
        line(made_by, "made_by"),
    )


def _kind(kind: str) -> int:
    if not isinstance(kind, str):
        raise wrong_type("kind", "str", kind)
    if kind not in KINDS:
        raise InvalidArgument(f"kind is none of {', '.join(KINDS)}")
    return KINDS[kind]


def _after(entry: Mapping[str, Any] | None) -> Target:
    if entry is None:
        return NO_TARGET
    if not isinstance(entry, Mapping):
        raise wrong_type("after", "an entry of a list", entry)
    kind, value = _kind(entry["kind"]), text(entry["value"], "value", InvalidArgument)
    return Target(kind, value or None)
