"""Revocations in memory: writing, listing, and what happens to tokens that were accepted before."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from cfaccess import Claims, InvalidArgument, Keys, Revocations, Revoked, Verifier, asgi, wsgi
from cfaccess._errors import BY_NUMBER
from cfaccess._outcome import PENDING
from guarded import ASSERTION, ask_asgi, ask_wsgi
from support import AUDIENCE, fresh, in_child, new_verifier, person, status_of

EMAIL = person()["email"]
VALUES: dict[str, Any] = {
    "team": True,
    "application": AUDIENCE,
    "subject": person()["sub"],
    "email": EMAIL,
    "session": person()["identity_nonce"],
}


@pytest.fixture
def revocations() -> Revocations:
    return Revocations.open("memory:", team="acme")


@pytest.fixture
def verifier(keys: Keys, revocations: Revocations) -> Verifier:
    return new_verifier(keys, revocations=revocations)


@pytest.mark.parametrize("kind", VALUES)
def test_claims_that_python_keeps_do_not_outlive_a_revocation(
    verifier: Verifier, revocations: Revocations, kind: str
) -> None:
    token = fresh()
    claims = verifier.verify(token)
    assert verifier.verify(token) is claims

    revocations.revoke(**{kind: VALUES[kind]})

    assert status_of(lambda: verifier.verify(token)) == "REVOKED"
    assert status_of(lambda: verifier.verify_request({ASSERTION: token})) == "REVOKED"
    assert status_of(lambda: asyncio.run(verifier.verify_async(token))) == "REVOKED"
    assert claims.email == EMAIL
    revocations.lift(**{kind: VALUES[kind]})
    assert isinstance(verifier.verify(token), Claims)


@pytest.mark.parametrize("ask", [ask_wsgi, ask_asgi])
def test_a_middleware_refuses_who_was_let_in_before(
    verifier: Verifier, revocations: Revocations, ask: Any
) -> None:
    token = fresh()
    assert ask(headers=[(ASSERTION, token)], verifier=verifier).outcome == EMAIL

    revocations.revoke(email=EMAIL)
    seen = ask(headers=[(ASSERTION, token)], verifier=verifier)
    assert (seen.status, seen.outcome) == (401, "REVOKED")

    revocations.block(email=EMAIL)
    seen = ask(headers=[(ASSERTION, token)], verifier=verifier)
    assert (seen.status, seen.outcome) == (403, "BLOCKED")


def test_one_middleware_keeps_no_claims_of_the_revoked(verifier: Verifier, revocations: Revocations) -> None:
    guarded: Any = wsgi.AccessMiddleware(lambda environ, _: wsgi.claims(environ), verifier)
    token, answers = fresh(), []

    def ask() -> Any:
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_CF_ACCESS_JWT_ASSERTION": token}
        return guarded(environ, lambda status, _: answers.append(status))

    first = ask()
    assert ask() is first
    revocations.revoke(session=first.session)
    ask()
    assert answers == ["401 Unauthorized"]
    assert asgi.AccessMiddleware is not None


def test_revoke_says_from_when_on_tokens_are_good(revocations: Revocations) -> None:
    before = int(time.time())
    good_from = revocations.revoke(email=EMAIL)
    assert good_from is not None
    assert before + 3 <= good_from <= int(time.time()) + 3
    assert revocations.revoke(email="other@example.com", margin=0, at=1000.9) == 1001
    assert revocations.revoke(session="nonce") is None
    assert revocations.block(session="nonce") is None
    later = revocations.revoke(email=EMAIL, margin=300)
    assert later is not None
    assert later > good_from


def test_a_new_login_is_accepted(verifier: Verifier, revocations: Revocations) -> None:
    now = int(time.time())
    revocations.revoke(email=EMAIL, at=now - 10)

    assert status_of(lambda: verifier.verify(fresh(iat=now - 10))) == "REVOKED"
    assert verifier.verify(fresh(iat=now - 9)).email == EMAIL


def test_a_block_that_ends(verifier: Verifier, revocations: Revocations) -> None:
    now = int(time.time())
    revocations.block(subject=person()["sub"], until=now + 500)
    token = fresh(iat=now + 10)

    assert status_of(lambda: verifier.verify(token, now=now + 499)) == "BLOCKED"
    assert verifier.verify(token, now=now + 500)


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"team": False},
        {"email": EMAIL, "team": True},
        {"email": EMAIL, "subject": "x"},
        {"user": EMAIL},
        {"email": EMAIL, "note": "x"},
        {"team": "acme"},
        {"team": 1},
        {"email": 5},
        {"email": b"x"},
        {"email": EMAIL, "reason": 5},
    ],
)
def test_targets_and_options_of_another_shape_are_a_type_error(
    revocations: Revocations, arguments: dict[str, Any]
) -> None:
    for write in (revocations.revoke, revocations.block, revocations.lift):
        with pytest.raises(TypeError):
            write(**arguments)
    assert revocations.list() == []


def test_each_write_takes_its_own_options(revocations: Revocations) -> None:
    for write, option in [
        (revocations.revoke, "until"),
        (revocations.block, "at"),
        (revocations.block, "margin"),
        (revocations.lift, "at"),
        (revocations.lift, "until"),
    ]:
        with pytest.raises(TypeError):
            write(email=EMAIL, **{option: 1})  # type: ignore[operator]


@pytest.mark.parametrize(
    "arguments",
    [
        {"email": ""},
        {"email": "a b"},
        {"email": "a\0b"},
        {"email": "\ud800"},
        {"service": "x" * 513},
        {"email": EMAIL, "at": time.time() + 1000},
        {"email": EMAIL, "at": -1},
        {"email": EMAIL, "at": float("nan")},
        {"email": EMAIL, "margin": 301},
        {"email": EMAIL, "reason": "two\nlines"},
        {"email": EMAIL, "reason": "x" * 257},
        {"email": EMAIL, "made_by": "a\0b"},
    ],
)
def test_values_that_nobody_can_mean_are_refused_unshown(
    revocations: Revocations, arguments: dict[str, Any]
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        revocations.revoke(**arguments)
    assert EMAIL not in caught.value.message
    assert revocations.list() == []


def test_entries_are_listed_by_pages(revocations: Revocations) -> None:
    for number in range(25):
        revocations.revoke(email=f"{number:02}@example.com", reason="drill", made_by="ops")
    revocations.revoke(team=True)
    revocations.block(service="A.access", until=2**53 - 1)

    pages, after = [], None
    while page := revocations.list(after=after, limit=10):
        pages.append(page)
        after = page[-1]

    entries = [entry for page in pages for entry in page]
    assert [len(page) for page in pages] == [10, 10, 7]
    assert [entry["kind"] for entry in entries] == ["team"] + 25 * ["email"] + ["service"]
    assert entries[1]["value"] == "00@example.com"
    assert (entries[1]["reason"], entries[1]["made_by"]) == ("drill", "ops")
    assert entries[0]["blocked_until"] is None
    assert (entries[-1]["value"], entries[-1]["blocked_until"]) == ("a.access", 2**53 - 1)
    assert revocations.list("service") == entries[-1:]
    assert revocations.list(kind="subject") == []


def test_what_comes_and_goes_between_pages_loses_nothing_that_stayed(revocations: Revocations) -> None:
    stayed = [f"{number:02}@example.com" for number in range(0, 40, 2)]
    for email in stayed:
        revocations.revoke(email=email)
    seen: list[str] = []
    after = None
    while page := revocations.list(after=after, limit=3):
        seen += [entry["value"] for entry in page]
        after = page[-1]
        number = int(after["value"][:2])
        revocations.revoke(email=f"{number + 1:02}@example.com")
        revocations.lift(email=after["value"])
    assert len(seen) == len(set(seen))
    assert set(stayed) <= set(seen)


@pytest.mark.parametrize("limit", [0, -1, 10_001, 2**70])
def test_limits_out_of_bounds_are_refused(revocations: Revocations, limit: int) -> None:
    assert status_of(lambda: revocations.list(limit=limit)) == "INVALID_ARGUMENT"


def test_lists_of_another_shape_are_refused(revocations: Revocations) -> None:
    assert status_of(lambda: revocations.list(kind="user")) == "INVALID_ARGUMENT"  # type: ignore[arg-type]
    for arguments in [{"kind": 5}, {"after": "x"}, {"limit": "5"}, {"limit": True}, {"page": 1}]:
        with pytest.raises(TypeError):
            revocations.list(**arguments)  # type: ignore[arg-type]


def test_entries_are_imported_all_or_none(revocations: Revocations, verifier: Verifier) -> None:
    good = {"kind": "email", "value": EMAIL, "not_issued_after": 2**53 - 1, "expires_at": 2**53 - 1}
    for bad in [{"kind": "email"}, {**good, "value": ""}, {**good, "expires_at": None}]:
        assert status_of(lambda: revocations.import_entries([good, bad])) == "INVALID_ARGUMENT"  # noqa: B023
    assert status_of(lambda: revocations.import_entries([{**good, "at": float("nan")}])) == "INVALID_ARGUMENT"
    assert verifier.verify(fresh())

    revocations.import_entries(iter([good]))

    assert status_of(lambda: verifier.verify(fresh())) == "REVOKED"


def test_revocations_of_another_team_or_type_are_refused(keys: Keys) -> None:
    other = Revocations.open("memory:", team="other")
    assert status_of(lambda: new_verifier(keys, revocations=other)) == "INVALID_CONFIG"
    with pytest.raises(TypeError, match="revocations must be Revocations, not str"):
        new_verifier(keys, revocations="memory:")


def test_closed_revocations_refuse_calls_and_their_verifiers_go_on(
    verifier: Verifier, revocations: Revocations, keys: Keys
) -> None:
    revocations.revoke(email=EMAIL)
    with revocations:
        pass
    revocations.close()

    for call in (
        lambda: revocations.revoke(email=EMAIL),
        lambda: revocations.lift(email=EMAIL),
        lambda: revocations.connect(),
        lambda: revocations.status(),
        lambda: revocations.list(),
        lambda: new_verifier(keys, revocations=revocations),
    ):
        assert status_of(call) == "INVALID_ARGUMENT"
    with pytest.raises(Revoked):
        verifier.verify(fresh())
    assert repr(revocations) == "<Revocations memory: team='acme' closed>"


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"url": "memory"}, "INVALID_CONFIG"),
        ({"url": "memory:x"}, "INVALID_CONFIG"),
        ({"url": "file:/tmp/x"}, "INVALID_CONFIG"),
        ({"url": "a\0b"}, "INVALID_CONFIG"),
        ({"team": ""}, "INVALID_CONFIG"),
        ({"interval": 0.05}, "INVALID_CONFIG"),
        ({"interval": 61}, "INVALID_CONFIG"),
        ({"timeout": 0}, "INVALID_CONFIG"),
        ({"timeout": float("inf")}, "INVALID_CONFIG"),
        ({"max_stale": 1}, "INVALID_CONFIG"),
        ({"max_stale": 86_401}, "INVALID_CONFIG"),
        ({"when_stale": "fail"}, "INVALID_CONFIG"),
        ({"ca_file": "a\0b"}, "INVALID_ARGUMENT"),
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, Any], status: str) -> None:
    assert status_of(lambda: Revocations.open(**{"url": "memory:", "team": "acme", **options})) == status


@pytest.mark.parametrize(
    "options",
    [{"url": 5}, {"team": None}, {"interval": "2"}, {"when_stale": 1}, {"log": 5}, {"store": "x"}],
)
def test_options_of_another_type_are_a_type_error(options: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        Revocations.open(**{"url": "memory:", "team": "acme", **options})
    with pytest.raises(TypeError):
        Revocations()


def test_status_tells_what_is_in_force(revocations: Revocations) -> None:
    before = revocations.status()
    revocations.connect()
    revocations.revoke(email=EMAIL)
    after = revocations.status()
    assert (after["source"], before["entries"], after["entries"]) == ("memory", 0, 1)
    assert after["version"] > before["version"]
    assert after["age"] is None
    assert after["last_error"] is None


def test_a_child_keeps_what_was_revoked_and_revokes_for_itself(
    verifier: Verifier, revocations: Revocations
) -> None:
    revocations.revoke(subject="someone")
    token = fresh()
    verifier.verify(token)

    def check() -> bool:
        revocations.revoke(email=EMAIL)
        return revocations.status()["entries"] == 2 and status_of(lambda: verifier.verify(token)) == "REVOKED"

    assert in_child(check)
    assert verifier.verify(token)


def test_a_log_function_is_let_go(keys: Keys) -> None:
    revocations = Revocations.open("memory:", team="acme", log=lambda level, line: None)
    verifier = new_verifier(keys, revocations=revocations)
    revocations.close()
    assert verifier.verify(fresh())


def test_pending_refusals_are_those_of_the_library() -> None:
    assert {kind.status for kind in PENDING} == {"KEYS_PENDING", "REVOCATIONS_PENDING"}
    assert all(kind.http_status == 503 and kind in BY_NUMBER.values() for kind in PENDING)
