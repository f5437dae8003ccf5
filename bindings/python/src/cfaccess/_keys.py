"""The public keys of one Access team."""

from __future__ import annotations

import json
import os
from typing import Any

from . import _native
from ._arguments import document_bytes, path_bytes
from ._handle import Handle, Owner


class Keys(Owner):
    """The public keys of one Access team, each prepared once for many verifications.

    A key document is what Access serves at `https://<team>.cloudflareaccess.com/cdn-cgi/access/certs`:
    a JWK Set (RFC 7517) with RSA keys for RS256
    (https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/validating-json/).
    Keys are read one by one. One that may not be used is skipped, and `status()` says why.

    Any number of verifiers and threads may share one object. A verifier keeps the keys it needs: these
    may be closed before it. Use it as a context manager, or call `close()`, or let it be collected.

    >>> with Keys.from_json(certs) as keys:
    ...     [key["bits"] for key in keys.status()["keys"]]
    [2048]
    """

    __slots__ = ()

    def __init__(self) -> None:
        raise TypeError("use Keys.from_json(document) or Keys.from_file(path)")

    @classmethod
    def from_json(cls, document: str | bytes) -> Keys:
        """Keys from a key document, as text or as UTF-8 bytes, of at most 1 MiB and 32 keys.

        Raises `KeysInvalid` if it is not a JWK Set, `NoUsableKeys` if none of its keys may be used, and
        `TypeError` for another type.
        """
        return cls._of(_native.keys_from_json(document_bytes(document)))

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> Keys:
        """Keys from a file that holds a key document. The file is read once, now.

        Raises what `from_json` raises; `KeysUnavailable` if the file cannot be read; `InvalidArgument`
        for a path that no file can have.
        """
        return cls._of(_native.keys_from_file(path_bytes(path)))

    def load_json(self, document: str | bytes) -> None:
        """Swaps the whole set for that of another key document, while other threads verify.

        Every verifier of these keys uses the new set from then on; a verification that is under way ends
        with the set it began with. Raises what `from_json` raises, and then the old set stays;
        `InvalidArgument` if this object is closed.
        """
        _native.keys_load_json(self._opened(), document_bytes(document))

    def status(self) -> dict[str, Any]:
        """What the set holds now: a new dict of plain values.

        - `source`: `"json"` or `"file"`, what this object was made from;
        - `keys`: a list of `{"kid": str, "sha256": str, "bits": int}`, the usable keys. `sha256` is the
          digest of the key's DER SubjectPublicKeyInfo in hexadecimal;
        - `skipped`: a list of `{"kid": str | None, "reason": str}`, in the order of the document.

        Raises `InvalidArgument` if this object is closed.
        """
        status: dict[str, Any] = json.loads(_native.keys_status(self._opened()))
        return status

    @classmethod
    def _of(cls, handle: Handle) -> Keys:
        keys = cls.__new__(cls)
        keys._handle = handle
        return keys
