"""The public keys of one Access team."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import partial
from typing import Any

from . import _native, _remote
from ._arguments import Seconds, document_bytes, function, milliseconds, path_bytes, switch, text
from ._handle import Handle, Owner
from ._waiting import awaited_keys, wait


class Keys(Owner[Handle]):
    """The public keys of one Access team, each prepared once for many verifications.

    Usually they are fetched and kept current: `Keys.remote(team)`. Or they come from a key document, which
    Access serves at `https://<team>.cloudflareaccess.com/cdn-cgi/access/certs`: a JWK Set (RFC 7517)
    with RSA keys for RS256
    (https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/validating-json/).
    A key that may not be used is skipped, and `status()` says why.

    Any number of verifiers and threads may share one object. A verifier goes on working when its keys are
    closed. Use it as a context manager, or call `close()`, or let it be garbage-collected.

    >>> with Keys.from_json(certs) as keys:
    ...     [key["bits"] for key in keys.status()["keys"]]
    [2048]
    """

    __slots__ = ("_origin", "_timeout")

    _origin: str
    """What they were made from, for people."""

    _timeout: float
    """How long a verification may wait for a fetch, in seconds."""

    def __init__(self) -> None:
        raise TypeError("use Keys.remote(team), Keys.from_json(document) or Keys.from_file(path)")

    @classmethod
    def remote(
        cls,
        team: str,
        *,
        ca_file: str | os.PathLike[str] | None = None,
        proxy: str | None = None,
        local: str | None = None,
        timeout: Seconds = 5,
        refresh_after: Seconds = 3600,
        cooldown: Seconds = 30,
        max_stale: Seconds = 86_400,
        cache_file: str | os.PathLike[str] | None = None,
        prefetch: bool = False,
        fetch: Callable[[str], str | bytes] | None = None,
        log: Callable[[int, str], object] | None = None,
    ) -> Keys:
        """Keys that are fetched from `https://<team>.cloudflareaccess.com/cdn-cgi/access/certs` and stay
        current by themselves, through rotations and outages.

        The first verification begins the first fetch, unless `connect()` did. Keys are fetched again before
        they are too old, and when a token names a key that is missing. While the endpoint fails, the keys in
        force stay in force. Only a caller that needs a missing key waits, and all of them wait for one fetch.

        - `team`: as in `Verifier`, which must be of the same team.
        - `ca_file`: certificate authorities in PEM to trust in addition to the platform's, for networks that
          re-sign TLS. For the team `cfaccess-local` they are trusted in place of the platform's.
        - `proxy`: a proxy to use instead of those of the environment, for programs whose environment is
          emptied: `[scheme://][user:password@]host[:port]`. The scheme is `http` (the default), `https`,
          `socks4`, `socks4a`, `socks5` or `socks5h`, the port 443 for `https` and 1080 for the others unless
          given, as in curl. User and password are percent-encoded. `""` means a direct connection, whatever
          the environment says. Like those of the environment it is not used if `NO_PROXY` excepts the team's
          host.
        - `local`: where a local Access listens, `http://127.0.0.1:PORT` or `http://[::1]:PORT`. It is for the
          team `cfaccess-local` and no other.
        - `timeout`: how long a fetch may take, and how long a call may wait for one, in seconds, 0.1 to 60.
        - `refresh_after`: the age in seconds at which keys are fetched again, at least `cooldown`. The
          endpoint's `Cache-Control: max-age` may make it sooner, never later.
        - `cooldown`: the minimum time between the starts of two fetches, whatever caused them, in seconds,
          at least 1. Up to a tenth is added at random. Until then, a token whose key is missing is refused
          with `UnknownKey`.
        - `max_stale`: how long keys stay in force when the endpoint no longer confirms them, in seconds, from
          `refresh_after` to 518,400 (six days). Then every token is refused with `KeysUnavailable`.
        - `cache_file`: where a copy of the keys is kept, so that a restart during an outage works. It is
          replaced atomically and readable by its owner only. The path must not be a symbolic link or belong
          to another user, and its folder must not belong to another user (root excepted) or be writable by
          others without the sticky bit; a group of this process may write both. A copy that is corrupt, older
          than `max_stale` or writable by others is ignored, which `status()` reports.
        - `prefetch`: whether the first fetch begins when a verifier is made, not with the first token. Leave
          it off in a server that forks its workers afterwards: each of them fetches for itself anyway.
        - `fetch`: a function that is called with the URL and returns the document as `str` or `bytes`,
          instead of the library's own HTTPS. An exception is the reason for the failure.
        - `log`: a function that is called with a level of the module `logging` (`INFO` when keys are
          first fetched or change, `WARNING` for failures) and a line that never contains a token, such as
          `logging.getLogger("keys").log`.

        `fetch` and `log` run on threads of their own, `fetch` perhaps while an earlier call of it still runs.
        It should return within `timeout`: nobody waits longer for it, not even the interpreter when it ends.
        In a sub-interpreter with a GIL of its own (PEP 684) both are refused with `InvalidConfig`.

        Proxies are read from the environment now, as curl reads them: the first of `https_proxy`,
        `HTTPS_PROXY`, `all_proxy` and `ALL_PROXY` that is not empty, unless `no_proxy` or else `NO_PROXY`
        names the host or a parent domain of it, or is `*`. `HTTP_PROXY` is not used. Certificate authorities
        are those of the platform, or of `SSL_CERT_FILE` and `SSL_CERT_DIR` if one of them is set. No
        redirect is followed. Each fetch runs on a thread of the library, which ends with it. After `fork`,
        the child uses the keys it has and fetches for itself; a fetch that was in progress stays with the
        parent.

        The team `cfaccess-local` is that of a local Access. Its keys are fetched in plain HTTP, through no
        proxy, from `local`, or else from the address in the environment variable `CFACCESS_LOCAL`, which is
        read now and for this team alone; an empty one counts as none. With a `ca_file` instead they are
        fetched over HTTPS, and that file alone is trusted. A fetch brings no keys if they are not marked as
        `from_json` says, and for other teams if they are.

        Times are `int` or `float`, to the millisecond. Raises `InvalidConfig` if the team, a time or a
        proxy is wrong, certificate authorities cannot be read or the `cache_file` cannot be used, if `local`
        is set for another team than `cfaccess-local`, and if that team has no address of a local Access, or
        one beside a `ca_file` or a `fetch`; `InvalidArgument` for a path that no file can have, and
        `TypeError` for wrong types.

        >>> keys = Keys.remote("acme", fetch=lambda url: certs)    # without fetch: over HTTPS
        >>> verifier = Verifier(team="acme", audiences=[audience], keys=keys)
        >>> verifier.verify(token).email
        'ada@example.com'
        """
        handle = _remote.keys_remote(
            text(team, "team"),
            milliseconds(timeout, "timeout"),
            milliseconds(refresh_after, "refresh_after"),
            milliseconds(cooldown, "cooldown"),
            milliseconds(max_stale, "max_stale"),
            None if ca_file is None else path_bytes(ca_file, "ca_file"),
            None if proxy is None else text(proxy, "proxy"),
            None if local is None else text(local, "local"),
            None if cache_file is None else path_bytes(cache_file, "cache_file"),
            switch(prefetch, "prefetch"),
            None if fetch is None else function(fetch, "fetch"),
            None if log is None else function(log, "log"),
        )
        return cls._of(handle, f"team={team!r}", float(timeout))

    @classmethod
    def from_json(cls, document: str | bytes) -> Keys:
        """Keys from a key document, as text or as UTF-8 bytes, of at most 1 MiB and 32 keys.

        The keys of a local Access are marked: each has the member `"cfaccess_local": true`. A verifier takes
        them for the team `cfaccess-local` only, and that team takes no others.

        Raises `KeysInvalid` if it is not a JWK Set, if some keys are marked and others are not, or if the
        mark has another value than `true`; `NoUsableKeys` if none of its keys may be used, and
        `TypeError` for another type.
        """
        return cls._of(_native.keys_from_json(document_bytes(document)), "from JSON")

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> Keys:
        """Keys from a file with a key document. The file is read once, now.

        Raises what `from_json` raises; `KeysUnavailable` if the file cannot be read; `InvalidArgument`
        for a path that no file can have.
        """
        return cls._of(_native.keys_from_file(path_bytes(path)), f"from {os.fspath(path)!r}")

    def load_json(self, document: str | bytes) -> None:
        """Replaces the whole set by that of another key document, while other threads verify.

        Every verifier of these keys uses the new set from then on; a verification in progress ends with the
        set it began with. Raises what `from_json` raises, and then the old set stays; `KeysInvalid` for keys
        of a local Access in place of others, and the other way round; `InvalidArgument` if this object is
        closed, or if its keys are fetched.
        """
        _native.keys_load_json(self._opened(), document_bytes(document))

    def connect(self) -> None:
        """Makes sure that keys are in force before the first token arrives: fetches them now and waits, for
        at most the timeout, unless some are. Keys from a document always are.

        Raises `KeysUnavailable` with the reason, and later verifications try again; `InvalidArgument` if this
        object is closed. It waits as `Verifier.verify` does. An event loop need not call it, see
        `Verifier.verify_async`.
        """
        handle = self._opened()
        wait(partial(_remote.keys_try_connect, handle), [awaited_keys([handle], self._timeout)])

    def status(self) -> dict[str, Any]:
        """What is in force now, for logs and health pages: a new dict of plain values. It never waits.

        - `source`: `"remote"`, `"json"` or `"file"`, what this object was made from;
        - `keys`: a list of `{"kid": str, "sha256": str, "bits": int}`, the keys in force. `sha256` is
          the digest of the key's DER SubjectPublicKeyInfo in hexadecimal;
        - `skipped`: a list of `{"kid": str | None, "reason": str}`, in the order of the document.

        For keys that are fetched:

        - `age`: seconds, as `float`, since the endpoint last confirmed the keys; `None` if it never did;
        - `next_refresh`: seconds, as `float`, until the next fetch is due, which begins with the first
          verification after that; `None` for keys from a document;
        - `last_error`: why the last fetch, or the copy in the `cache_file`, failed, as one line; `None` after
          a success;
        - `fetches` begun, `failures` among them, `not_modified` (answered with HTTP 304), and `suppressed`:
          how often a caller whose key was missing could not wait for a
          fetch, mostly because of the cooldown.

        Raises `InvalidArgument` if this object is closed.

        >>> keys = Keys.remote("acme", fetch=lambda url: certs)
        >>> keys.connect()
        >>> status = keys.status()
        >>> status["source"], status["fetches"], status["failures"], status["last_error"]
        ('remote', 1, 0, None)
        """
        status: dict[str, Any] = json.loads(_native.keys_status(self._opened()))
        return status

    def __repr__(self) -> str:
        return f"<Keys {self._origin}{' closed' if self._handle is None else ''}>"

    @classmethod
    def _of(cls, handle: Handle, origin: str, timeout: float = 0) -> Keys:
        keys = cls.__new__(cls)
        keys._handle = handle
        keys._origin = origin
        keys._timeout = timeout
        return keys
