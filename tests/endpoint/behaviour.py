"""How the endpoint behaves, which can be changed at any time."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

# Each ends with the client having no document, whatever else it says.
FAULTS = {
    "status": "answers with the code `status` and no document",
    "html": "answers 200 with a login page",
    "not_json": "answers 200 with something that is no JSON",
    "cut": "hands out the beginning of a document, as if it were all",
    "truncated": "hands out less than its Content-Length says, and closes",
    "empty": "hands out a document without keys",
    "many": "hands out a document of 33 keys",
    "large": "hands out a document of 2 MiB",
    "gzip_bomb": "hands out 1 MB that unfolds to 256 MiB",
    "slow": "hands out one byte every 50 ms, for ever",
    "stalled": "takes connections and never says a word of TLS",
    "wrong_certificate": "shows a certificate of another host",
    "expired_certificate": "shows a certificate of last year",
    "future_certificate": "shows a certificate that becomes valid in a year",
    "stranger_certificate": "shows a certificate of an authority that nobody trusts",
    "namesake_certificate": "shows a certificate of another authority that has the name of the trusted one",
    "no_tls": "answers with HTTP where TLS is spoken",
    "closed": "closes connections as soon as the TLS handshake begins",
    "refused": "takes no connection; the proxy closes those it is asked to make",
}


@dataclass(frozen=True)
class Behaviour:
    """What a request meets. It goes by the behaviour of the moment when its connection began."""

    kind: str = "ok"
    """`ok`, or one of `FAULTS`."""
    keys: tuple[str, ...] = ("acme-1",)
    """The keys of the document, by name: those of tests/vectors/keys, or `fresh-…`, made when first named."""
    status: int = 500
    """The code of a `status`."""
    headers: tuple[tuple[str, str], ...] = ()
    """More headers, in this order; one name may come twice."""
    entity_tag: str | None = None
    """Sent as ETag; a request that names it in If-None-Match is answered with 304."""
    delay: float = 0
    """Seconds from the request to the answer."""
    body: str | None = None
    """Handed out in place of the document of `keys`."""

    def __post_init__(self) -> None:
        if self.kind != "ok" and self.kind not in FAULTS:
            raise ValueError(f"no behaviour is named {self.kind!r}")

    @classmethod
    def of_json(cls, members: dict[str, Any]) -> Behaviour:
        """From an object with the names of these fields; those that are missing have their defaults."""
        unknown = members.keys() - {field.name for field in fields(cls)}
        if unknown:
            raise ValueError(f"no such field: {', '.join(sorted(unknown))}")
        members = dict(members)
        if "keys" in members:
            members["keys"] = tuple(members["keys"])
        if "headers" in members:
            members["headers"] = tuple((name, value) for name, value in members["headers"])
        return cls(**members)
