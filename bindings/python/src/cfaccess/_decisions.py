"""Guards and their decisions as ctypes sees them."""

from __future__ import annotations

from collections.abc import Iterable
from ctypes import byref, c_char, c_uint64, string_at
from struct import Struct
from typing import NamedTuple

from ._claims import Claims
from ._errors import AccessError, Internal, refusal
from ._handle import Handle
from ._library import holding_gil
from ._native import VerifierHandle, address_of, claims_at
from ._outcome import BYTES, LENGTH, OUT, POINTER, STATUS, WORD, Outs, apply, result
from ._table import Table, size_of

_config_new = holding_gil(STATUS, "cfaccess_guard_config_new", OUT, OUT)
_config_add_route = holding_gil(
    STATUS, "cfaccess_guard_config_add_route", POINTER, BYTES, BYTES, POINTER, BYTES, OUT
)
_config_add_open_path = holding_gil(
    STATUS, "cfaccess_guard_config_add_open_path", POINTER, BYTES, BYTES, BYTES, OUT
)
_config_check_origin = holding_gil(STATUS, "cfaccess_guard_config_check_origin", POINTER, OUT)
_config_trust_origin = holding_gil(STATUS, "cfaccess_guard_config_trust_origin", POINTER, BYTES, OUT)
_config_allow_preflight = holding_gil(STATUS, "cfaccess_guard_config_allow_preflight", POINTER, OUT)
_config_free = holding_gil(None, "cfaccess_guard_config_free", POINTER)

_guard_new = holding_gil(STATUS, "cfaccess_guard_new", POINTER, OUT, OUT)
_guard_free = holding_gil(None, "cfaccess_guard_free", POINTER)
_header = holding_gil(BYTES, "cfaccess_guard_header", LENGTH)
_try_decide = holding_gil(POINTER, "cfaccess_guard_try_decide", POINTER, BYTES)
_decision_free = holding_gil(None, "cfaccess_decision_free", POINTER)

# The `claims_id` with which a joined request is allowed now, or 0: then `decide` says what happens to it.
lookup = holding_gil(c_uint64, "cfaccess_guard_lookup", POINTER, BYTES, LENGTH, LENGTH)


class Route(NamedTuple):
    """Which verifier judges the requests of a host below a path."""

    host: bytes | None
    prefix: bytes | None
    verifier: VerifierHandle
    login_page: bytes | None


class OpenPath(NamedTuple):
    """Requests that need no token."""

    method: bytes
    host: bytes | None
    path: bytes


class Caller(NamedTuple):
    """Who may pass: nobody in particular where `claims` is None. `email` is what the application gets as
    `Cf-Access-Authenticated-User-Email`."""

    claims: Claims | None
    email: bytes | None


class Refused(NamedTuple):
    """What to answer, and why. `warning` is a line for the operator."""

    error: AccessError
    http_status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    warning: str | None


class GuardHandle(Handle):
    """A guard, with the callers by their `claims_id`; `kept` is None where no tokens are kept."""

    __slots__ = ("kept",)

    kept: Table[Caller] | None


def _headers_read() -> frozenset[bytes]:
    names: list[bytes] = []
    while (name := _header(len(names))) is not None:
        names.append(name)
    return frozenset(names)


HEADERS_READ = _headers_read()
"""The names of the headers that a decision depends on, in lower case."""


def guard(
    routes: Iterable[Route],
    open_paths: Iterable[OpenPath],
    check_origin: bool,
    trusted_origins: Iterable[bytes],
    allow_preflight: bool,
) -> GuardHandle:
    """A guard. Strings have no NUL."""
    outs = Outs()
    config = result(_config_new(outs, byref(outs, WORD)), outs)
    verifiers: list[VerifierHandle] = []
    try:
        for route in routes:
            verifier = route.verifier
            apply(_config_add_route, config, route.host, route.prefix, verifier.pointer, route.login_page)
            verifiers.append(verifier)
        for open_path in open_paths:
            apply(_config_add_open_path, config, *open_path)
        if check_origin:
            apply(_config_check_origin, config)
        for origin in trusted_origins:
            apply(_config_trust_origin, config, origin)
        if allow_preflight:
            apply(_config_allow_preflight, config)
        handle = GuardHandle(result(_guard_new(config, outs, byref(outs, WORD)), outs), _guard_free)
    finally:
        _config_free(config)
    handle.kept = _table(verifiers)
    return handle


def _table(verifiers: list[VerifierHandle]) -> Table[Caller] | None:
    """As large as the tables of all these verifiers."""
    tables = {id(verifier): verifier.kept for verifier in verifiers if verifier.kept is not None}.values()
    if not tables:
        return None
    return Table(
        sum(table.most_entries for table in tables),
        sum(table.most_bytes for table in tables),
        lambda caller: size_of(caller.claims),
    )


# `cfaccess_request`: only struct_size and the last three members, the joined request, are set.
REQUEST = Struct("@N96xPNN")

# The members of `cfaccess_decision`: struct_size, kind, status, http_status, claims, claims_id, then pointer
# and length of email, message and warning, headers_len, headers, and pointer and length of the body.
DECISION = Struct("@NIiIPQPNPNPNNPPN")
_unpack, _decision_at = DECISION.unpack, (c_char * DECISION.size).from_address

_OPEN, _ALLOWED = 1, 2
_NOBODY = Caller(None, None)


def decide(guard: GuardHandle, joined: bytes, parts: int) -> Caller | Refused:
    """What happens to a joined request. It never waits: while a key is being fetched, the request is refused
    with `KeysPending`, and while revocations are being read with `RevocationsPending`."""
    address = _try_decide(guard.pointer, REQUEST.pack(REQUEST.size, address_of(joined), len(joined), parts))
    if address is None:
        raise Internal("the library returned no decision")
    try:
        decision = _unpack(_decision_at(address))
        _, kind, _, _, claims, claims_id, email, email_len, *_ = decision
        if kind == _OPEN:
            return _NOBODY
        if kind != _ALLOWED or claims is None:
            return _refused(decision)
        caller = Caller(claims_at(claims), string_at(email, email_len) if email else None)
    finally:
        _decision_free(address)
    if guard.kept is not None:
        guard.kept.keep(claims_id, caller)
    return caller


def _refused(decision: tuple[int, ...]) -> Refused:
    _, _, status, http_status, _, _, _, _, *rest = decision
    message, message_len, warning, warning_len, headers_len, headers, body, body_len = rest
    return Refused(
        refusal(status, string_at(message, message_len).decode("utf-8", "replace")),
        http_status,
        [_header_at(headers + index * _HEADER.size) for index in range(headers_len)],
        string_at(body, body_len) if body else b"",
        string_at(warning, warning_len).decode("utf-8", "replace") if warning else None,
    )


_HEADER = Struct("@PNPN")


def _header_at(address: int) -> tuple[bytes, bytes]:
    name, name_len, value, value_len = _HEADER.unpack(string_at(address, _HEADER.size))
    return string_at(name, name_len), string_at(value, value_len)
