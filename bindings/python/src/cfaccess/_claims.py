"""What a verified token says."""

from __future__ import annotations

import json
import time
from operator import attrgetter
from typing import Any, Final, Literal, NoReturn

from ._arguments import Seconds, point_in_time
from ._groups import groups_from_custom

_KINDS: Final[dict[int, Literal["person", "service"]]] = {1: "person", 2: "service"}

# The bits of `present` in `cfaccess_claims`.
NOT_BEFORE, SUBJECT, EMAIL, COMMON_NAME, IDENTITY_NONCE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 4
NONCE, SESSION, COUNTRY, TOKEN_TYPE, CUSTOM, POLICY_ID = 1 << 5, 1 << 6, 1 << 7, 1 << 8, 1 << 9, 1 << 10

# The strings of the block: twelve, then the audiences, then these later ones. A newer library may add more.
_AUDIENCES_AT, _POLICY_ID_AT = 12, 0
# How many there are at least, without the audiences.
CLAIMS_STRINGS = 13


class Claims:
    """What a verified token says. Read-only, and independent of the verifier and its keys.

    What a token need not have is `None` when it is not there. Times are whole seconds since
    1970-01-01T00:00:00Z. The claims are described at
    https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/application-token/

    Two are equal if they say the same. They can be pickled and copied.

    >>> claims = verifier.verify(token)
    >>> claims.kind, claims.email, claims.country
    ('person', 'ada@example.com', 'GB')
    """

    __slots__ = ("_block", "_email", "_head", "_strings")

    # Filled once, by `claims_of`: the block of `cfaccess_claims`, a NUL after each string, and its head.
    _block: str
    _head: tuple[int, ...]
    # Filled when one of them is first read: the e-mail, and the strings of the block.
    _email: str | None
    _strings: tuple[str, ...]

    @property
    def kind(self) -> Literal["person", "service"]:
        """`"person"` (has `subject` and `email`) or `"service"` (has `common_name`). Never anything else."""
        return _KINDS[self._head[1]]

    @property
    def principal_id(self) -> str:
        """A stable name for the caller, across applications and teams: `<host of the team>/person/<sub>` or
        `<host of the team>/service/<Client ID>`. The key for accounts and for audit lines.

        An e-mail address is no such key: it may be handed on to somebody else, a person may get another one,
        it has several spellings, and two identity providers may vouch for the same one."""
        return self._strings[2]

    @property
    def subject(self) -> str | None:
        """`sub` (RFC 7519 section 4.1.2): a person's id within the account, which changes if the person is
        removed and added again. Empty or `None` for a service."""
        return self._optional(3, SUBJECT)

    @property
    def email(self) -> str | None:
        """`email`: a person's address as the identity provider gives it, or whatever else the team chose for
        it: at most 320 bytes without white space, control and format characters. Empty or `None` for a
        service. `non_identity@<host of the team>` is no human being but a device that was enrolled with a
        service token."""
        return self._email

    @property
    def common_name(self) -> str | None:
        """`common_name`: the Client ID of a service token. `None` for a person."""
        return self._optional(5, COMMON_NAME)

    @property
    def audiences(self) -> tuple[str, ...]:
        """`aud` (RFC 7519 section 4.1.3): the AUD tags that the token is for, as a tuple, also where the
        token has a single string. One of them at least is configured; the others are other applications."""
        return self._strings[_AUDIENCES_AT : self._later(0)]

    @property
    def issuer(self) -> str:
        """`iss` (RFC 7519 section 4.1.1): the team, for example `https://acme.cloudflareaccess.com`."""
        return self._strings[1]

    @property
    def issued_at(self) -> int:
        """`iat` (RFC 7519 section 4.1.6), in seconds: when the session began."""
        return self._head[3]

    @property
    def not_before(self) -> int | None:
        """`nbf` (RFC 7519 section 4.1.5), in seconds. `None` in the tokens of services."""
        return self._head[4] if self._head[2] & NOT_BEFORE else None

    @property
    def expires_at(self) -> int:
        """`exp` (RFC 7519 section 4.1.4), in seconds, without the leeway."""
        return self._head[5]

    @property
    def ends_at(self) -> int:
        """When a session of your own should end at the latest, in seconds: `expires_at`, or before that
        `issued_at` plus the verifier's `max_age`."""
        return self._head[10]

    @property
    def session(self) -> str | None:
        """The identifier of the session: `identity_nonce`, or else `nonce`."""
        return self._optional(8, SESSION)

    @property
    def identity_nonce(self) -> str | None:
        """`identity_nonce`: where current tokens have the identifier of the session."""
        return self._optional(6, IDENTITY_NONCE)

    @property
    def nonce(self) -> str | None:
        """`nonce`: where the older shape of token has the identifier of the session."""
        return self._optional(7, NONCE)

    @property
    def country(self) -> str | None:
        """`country`: where the person logged in from, as two letters. `None` for a service."""
        return self._optional(9, COUNTRY)

    @property
    def policy_id(self) -> str | None:
        """`policy_id`: the Access policy that the person met, a UUID. `None` for a service and in older
        tokens."""
        return self._optional(self._later(_POLICY_ID_AT), POLICY_ID)

    @property
    def token_type(self) -> str | None:
        """`type`: `"app"`, or `None` in the older shape of token."""
        return self._optional(10, TOKEN_TYPE)

    @property
    def custom(self) -> dict[str, Any] | None:
        """`custom`: the SAML attributes and OIDC claims that Access is configured to add. Access omits some
        if there are too many: an absent group is no proof that the person is not in it.

        Every read parses them again and returns a new dict; keep it in a variable.
        """
        if not self._head[2] & CUSTOM:
            return None
        custom: dict[str, Any] = json.loads(self._strings[11])
        return custom

    @property
    def groups(self) -> tuple[str, ...] | None:
        """`groups` of `custom`, which has three states. The groups, in their order; `()` if the token
        says that there are none, by an empty list or `null`; and `None` if it does not say: the
        claim is not configured, or Access omitted it because the token became too large. `None` is no proof
        that the person is in no group.

        Identity providers write a group as a string, which is taken as it is, or as an object, of which the
        first of `name`, `email` and `id` counts that is a string and not empty. A single string is one group.
        Several groups may have one name: read `custom` where identifiers matter. A list with anything else
        in it, or any other value, is `None` too: what cannot be read completely is not read in part.
        """
        return groups_from_custom(self._strings[11]) if self._head[2] & CUSTOM else None

    @property
    def payload(self) -> dict[str, Any]:
        """Every claim of the token, those without an attribute here included.

        Every read parses them again and returns a new dict; keep it in a variable.
        """
        payload: dict[str, Any] = json.loads(self._strings[0])
        return payload

    def seconds_left(self, now: Seconds | None = None) -> int:
        """Whole seconds until `ends_at`, never below 0: how long a session of your own may last.

        `now` is in seconds since 1970, rounded down; by default the system's clock. Raises
        `InvalidArgument` for one outside 0 to 2^53 - 1, and `TypeError` for what is not a number.
        """
        return max(0, self.ends_at - point_in_time(time.time() if now is None else now))

    def __getattr__(self, name: str) -> Any:
        # Called for slots that are not filled yet, and for names that do not exist. Two threads may both fill
        # the slots, with the same values.
        if name not in ("email", "_email", "_strings"):
            raise AttributeError(f"claims have no {name}")
        strings = tuple(self._block.split("\0"))
        _set_strings(self, strings)
        _set_email(self, strings[4] if self._head[2] & EMAIL else None)
        return getattr(self, name)

    def _later(self, index: int) -> int:
        """The place in the block of a string that comes after the audiences."""
        return _AUDIENCES_AT + self._head[6] + index

    def _optional(self, index: int, bit: int) -> str | None:
        return self._strings[index] if self._head[2] & bit else None

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"claims are read-only, {name} too")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"claims are read-only, {name} too")

    def __new__(cls) -> Claims:
        raise TypeError("claims come from a Verifier, which has verified them")

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickled, (_PICKLE_FORMAT, self._head, self._block)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Claims):
            return NotImplemented
        return self._block == other._block and self.ends_at == other.ends_at

    def __hash__(self) -> int:
        return hash(self._block)

    def __repr__(self) -> str:
        return f"<Claims {self.kind} {self.principal_id!r} expires_at={self.expires_at}>"


# The attribute that is read most often. Without a Python function it takes half the time.
Claims.email = property(attrgetter("_email"), doc=Claims.email.__doc__)  # type: ignore[method-assign, assignment]


_set_block, _set_email, _set_head, _set_strings = (vars(Claims)[slot].__set__ for slot in Claims.__slots__)


def claims_of(head: tuple[int, ...], block: str) -> Claims:
    """Claims that never change, so that all callers with the same token may share them."""
    claims = object.__new__(Claims)
    _set_head(claims, head)
    _set_block(claims, block)
    return claims


# Another number wherever the head or the block changes its shape.
_PICKLE_FORMAT = 1


def _unpickled(version: int, head: tuple[int, ...], block: str) -> Claims:
    if version != _PICKLE_FORMAT:
        from pickle import UnpicklingError

        expected = f"this version of cfaccess reads format {_PICKLE_FORMAT}"
        raise UnpicklingError(f"the claims were pickled in format {version!r}, and {expected}")
    return claims_of(head, block)
