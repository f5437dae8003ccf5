"""The refusals: one class a status, and the only table of them in Python.

Numbers, names and HTTP statuses are those of `cfaccess_status` in `cfaccess.h`.
"""

from __future__ import annotations


class AccessError(Exception):
    """Why a token, a key document, a configuration or an argument was not accepted.

    The base of every refusal of this package; each status has a subclass of its own. Raised itself
    only for a status that this version does not know; it is a refusal like every other.

    >>> try:
    ...     verifier.verify("not a token")
    ... except AccessError as error:
    ...     print(error.status, error.http_status)
    MALFORMED 401
    """

    number: int = -1
    """The number of the status in C, for example 86."""

    status: str = "UNKNOWN_STATUS"
    """The stable name, the same in every language, for example `EXPIRED`. Decide by this or by the class."""

    http_status: int = 500
    """What an origin should answer: 401 (log in again), 403, 503 (no keys, or no revocations), or 500 (a
    mistake in the program)."""

    message: str
    """The cause in one printable line of at most 256 characters, for logs. It never contains a
    token, a signature or a key. Its wording is not stable."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return f"{self.status}: {self.message}"


class NullArgument(AccessError):
    """A pointer was NULL. Only a mistake in this package could cause it."""

    number, status, http_status = 1, "NULL_ARGUMENT", 500


class InvalidArgument(AccessError):
    """An argument is out of range: a `now` outside 0 to 2^53 - 1, a path with a NUL, a closed object."""

    number, status, http_status = 2, "INVALID_ARGUMENT", 500


class InvalidConfig(AccessError):
    """The configuration of a `Verifier` or of `Keys.remote` is incomplete or wrong; nothing was built from
    it."""

    number, status, http_status = 3, "INVALID_CONFIG", 500


class KeysAway(AccessError):
    """There are no keys to judge by, which says nothing about the token: the base of `KeysUnavailable`,
    `KeysPending`, `KeysInvalid` and `NoUsableKeys`, never raised itself. Answer 503, and let the caller try
    again later.

    >>> from cfaccess import KeysAway
    >>> try:
    ...     Keys.from_json("{}")
    ... except KeysAway as error:
    ...     print(error.status, error.http_status)
    KEYS_INVALID 503
    """

    http_status = 503


class KeysInvalid(KeysAway):
    """The key document is not a usable JWK Set (RFC 7517 section 5). The keys in force stay."""

    number, status, http_status = 20, "KEYS_INVALID", 503


class NoUsableKeys(KeysAway):
    """The key document has no key that may be used. The keys in force stay."""

    number, status, http_status = 21, "NO_USABLE_KEYS", 503


class KeysUnavailable(KeysAway):
    """No keys are in force: they could not be obtained, or have not been confirmed for too long. The message
    says why."""

    number, status, http_status = 22, "KEYS_UNAVAILABLE", 503


class KeysPending(KeysAway):
    """The keys were still being fetched after the `timeout` of the keys. Try again."""

    number, status, http_status = 23, "KEYS_PENDING", 503


class NoToken(AccessError):
    """The request carries no token."""

    number, status, http_status = 40, "NO_TOKEN", 401


class TooLarge(AccessError):
    """The token is longer than 16,384 bytes, or its decoded header longer than 2,048."""

    number, status, http_status = 41, "TOO_LARGE", 401


class Malformed(AccessError):
    """Not a signed token in compact form (RFC 7515 section 7.1), or its header is not strict JSON with
    `alg` and `kid`."""

    number, status, http_status = 42, "MALFORMED", 401


class OpaqueToken(AccessError):
    """An `oauth:` token, which only Access itself can read. The origin's token is in the request header
    `Cf-Access-Jwt-Assertion`."""

    number, status, http_status = 43, "OPAQUE_TOKEN", 401


class UnsupportedHeader(AccessError):
    """The header demands something unsupported: `crit`, `b64`, `zip`, encryption, another `typ`."""

    number, status, http_status = 44, "UNSUPPORTED_HEADER", 401


class UnsupportedAlgorithm(AccessError):
    """The algorithm is not RS256."""

    number, status, http_status = 45, "UNSUPPORTED_ALGORITHM", 401


class UnknownKey(AccessError):
    """No usable key has the token's `kid`. Where keys are fetched, the endpoint does not have it either, or
    the `cooldown` is not over."""

    number, status, http_status = 60, "UNKNOWN_KEY", 401


class BadSignature(AccessError):
    """The signature is invalid (RFC 7518 section 3.3)."""

    number, status, http_status = 61, "BAD_SIGNATURE", 401


class MalformedClaims(AccessError):
    """The payload is not a strict JSON object."""

    number, status, http_status = 80, "MALFORMED_CLAIMS", 401


class MissingClaim(AccessError):
    """One of `exp`, `iat`, `iss` and `aud` is missing."""

    number, status, http_status = 81, "MISSING_CLAIM", 401


class InvalidClaim(AccessError):
    """A claim has the wrong type, or a value out of range."""

    number, status, http_status = 82, "INVALID_CLAIM", 401


class WrongIssuer(AccessError):
    """`iss` is not the configured team (RFC 7519 section 4.1.1)."""

    number, status, http_status = 83, "WRONG_ISSUER", 401


class WrongAudience(AccessError):
    """`aud` names none of the configured applications (RFC 7519 section 4.1.3)."""

    number, status, http_status = 84, "WRONG_AUDIENCE", 401


class WrongTokenType(AccessError):
    """Not an application token: `type` is not `app`, but for example `org` (a global session)."""

    number, status, http_status = 85, "WRONG_TOKEN_TYPE", 401


class Expired(AccessError):
    """The time is at or past `exp` plus the leeway (RFC 7519 section 4.1.4)."""

    number, status, http_status = 86, "EXPIRED", 401


class NotYetValid(AccessError):
    """`nbf` or `iat` lies further in the future than the leeway (RFC 7519 sections 4.1.5 and 4.1.6)."""

    number, status, http_status = 87, "NOT_YET_VALID", 401


class SessionTooLong(AccessError):
    """`exp` is more than `max_lifetime` after `iat`."""

    number, status, http_status = 88, "SESSION_TOO_LONG", 401


class SessionTooOld(AccessError):
    """The login is longer ago than `max_age`."""

    number, status, http_status = 89, "SESSION_TOO_OLD", 401


class AmbiguousIdentity(AccessError):
    """Neither a person (`sub` and `email`) nor a service (`common_name`), or both."""

    number, status, http_status = 90, "AMBIGUOUS_IDENTITY", 403


class ServiceNotAllowed(AccessError):
    """A valid token of a service whose Client ID `allow_services` does not name."""

    number, status, http_status = 91, "SERVICE_NOT_ALLOWED", 403


class IdentityMismatch(AccessError):
    """The request names another person than the token."""

    number, status, http_status = 92, "IDENTITY_MISMATCH", 403


class Revoked(AccessError):
    """The token, its session or its owner was revoked."""

    number, status, http_status = 93, "REVOKED", 401


class Blocked(AccessError):
    """The owner of the token, its session or its application is blocked."""

    number, status, http_status = 94, "BLOCKED", 403


class NoRoute(AccessError):
    """No route is for the host and path of the request."""

    number, status, http_status = 100, "NO_ROUTE", 403


class UncleanPath(AccessError):
    """The path could be understood in several ways, and routes go by path."""

    number, status, http_status = 101, "UNCLEAN_PATH", 403


class CrossOrigin(AccessError):
    """A page of another origin caused the request, see `check_origin`."""

    number, status, http_status = 102, "CROSS_ORIGIN", 403


class RevocationsUnavailable(AccessError):
    """Nothing current is known of the store of revocations, or it did not confirm a write. The message says
    why."""

    number, status, http_status = 110, "REVOCATIONS_UNAVAILABLE", 503


class RevocationsPending(AccessError):
    """The store of revocations was still being read after its `timeout`. Try again."""

    number, status, http_status = 111, "REVOCATIONS_PENDING", 503


class Internal(AccessError):
    """Something that must not happen did. The call was refused, and the process goes on."""

    number, status, http_status = 255, "INTERNAL", 500


BY_NUMBER: dict[int, type[AccessError]] = {
    kind.number: kind
    for kind in (*AccessError.__subclasses__(), *KeysAway.__subclasses__())
    if kind is not KeysAway
}
"""The statuses of the library."""

for _kind in (AccessError, *AccessError.__subclasses__(), *KeysAway.__subclasses__()):
    _kind.__module__ = "cfaccess"  # the name by which programs import it, for tracebacks


def refusal(number: int, message: str) -> AccessError:
    """The exception for a status number."""
    return BY_NUMBER.get(number, AccessError)(message)
