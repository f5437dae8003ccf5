"""A cached token is only looked up, and checked as strictly as the first time."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from cfaccess import InvalidConfig, Keys, Verifier
from support import AUDIENCE, attributes, certs, fresh, mint, new_verifier, person, service, status_of

ASSERTION, EMAIL = "Cf-Access-Jwt-Assertion", "Cf-Access-Authenticated-User-Email"


def misses_and_hits(verifier: Verifier) -> tuple[int, int]:
    """How many tokens were accepted after full verifications, and how many from the cache."""
    stats = verifier.stats()
    return stats["verified"], stats["hits"]


@pytest.mark.parametrize("form", [str, str.encode, lambda text: memoryview(text.encode())])
def test_second_verification_is_a_hit_with_the_same_claims(
    verifier: Verifier, form: Callable[[str], Any]
) -> None:
    token = form(fresh())

    first, second = verifier.verify(token), verifier.verify(token)

    assert attributes(second) == attributes(first)
    assert second == first
    assert misses_and_hits(verifier) == (1, 1)


def test_every_form_of_a_token_finds_the_others(verifier: Verifier) -> None:
    token = fresh()

    for form in (token, token.encode(), bytearray(token.encode()), memoryview(token.encode())):
        assert verifier.verify(form).email == "user@example.com"

    assert misses_and_hits(verifier) == (1, 3)


def test_requests_and_event_loops_find_it_too(verifier: Verifier) -> None:
    token = fresh()
    first = verifier.verify_request({ASSERTION: token})

    async def main() -> list[Any]:
        return [await verifier.verify_async(token), await verifier.verify_request_async({ASSERTION: token})]

    others = [verifier.verify(token), verifier.verify_request([(ASSERTION, token)]), *asyncio.run(main())]

    assert [attributes(claims) for claims in others] == [attributes(first)] * 4
    assert misses_and_hits(verifier) == (1, 4)


def test_hit_in_an_event_loop_takes_neither_thread_nor_turn(verifier: Verifier) -> None:
    token = fresh()
    verifier.verify(token)
    threads = threading.active_count()

    for verifying in (verifier.verify_async(token), verifier.verify_request_async({ASSERTION: token})):
        with pytest.raises(StopIteration) as returned:
            verifying.send(None)
        assert returned.value.value.email == "user@example.com"

    assert threading.active_count() == threads
    assert misses_and_hits(verifier) == (1, 2)


def test_what_one_caller_changes_no_other_sees(verifier: Verifier) -> None:
    token = fresh(custom={"groups": ["staff"]})
    first = verifier.verify(token)
    said = attributes(first)

    first.payload["email"] = "eve@example.com"
    custom = first.custom
    assert custom
    custom["groups"].append("admin")

    assert attributes(verifier.verify(token)) == attributes(first) == said


@pytest.mark.parametrize("name", ["email", "payload", "_email", "_head", "_strings", "other"])
def test_claims_that_callers_share_cannot_be_changed(verifier: Verifier, name: str) -> None:
    claims = verifier.verify(fresh())
    said = attributes(claims)

    with pytest.raises(AttributeError, match="read-only"):
        setattr(claims, name, "eve@example.com")
    with pytest.raises(AttributeError, match="read-only"):
        delattr(claims, name)

    assert attributes(claims) == said


def test_service_is_found_as_a_service(keys: Keys) -> None:
    verifier = new_verifier(keys, allow_services="any")
    now = int(time.time())
    token = mint(service(iat=now, exp=now + 60))

    for _ in range(2):
        claims = verifier.verify(token)
        assert (claims.kind, claims.email) == ("service", None)

    assert misses_and_hits(verifier) == (1, 1)


def test_warm_token_expires_in_the_same_second(keys: Keys) -> None:
    end = int(time.time()) + 2
    token = fresh(exp=end)
    warm, cold = new_verifier(keys, leeway=0), new_verifier(keys, leeway=0, cache_entries=0)
    slack = 0.02  # how far the library's clock may be behind

    while (began := time.time()) < end + 0.1:
        verdicts = {status_of(lambda: verifier.verify(token)) for verifier in (warm, cold)}  # noqa: B023
        if time.time() < end:
            assert verdicts == {"OK"}
        elif began >= end + slack:
            assert verdicts == {"EXPIRED"}
        time.sleep(0.002)

    assert warm.stats()["hits"] > 10
    assert cold.stats()["hits"] == 0


@pytest.mark.parametrize(
    ("later", "options", "verdict", "is_kept"),
    [
        (3_631, {}, "EXPIRED", False),
        (-100, {}, "NOT_YET_VALID", True),
        (101, {"max_age": 160}, "SESSION_TOO_OLD", False),
    ],
)
def test_time_is_checked_on_a_hit(
    keys: Keys, later: int, options: dict[str, int], verdict: str, is_kept: bool
) -> None:
    verifier = new_verifier(keys, **options)
    now = int(time.time())
    token = fresh(iat=now - 60, nbf=now - 60, exp=now + 3_600)
    assert verifier.verify(token, now=now)

    assert status_of(lambda: verifier.verify(token, now=now + later)) == verdict
    assert verifier.stats()["entries"] == int(is_kept)
    assert verifier.verify(token, now=now)
    assert misses_and_hits(verifier) == ((1, 1) if is_kept else (2, 0))


def test_key_that_left_takes_its_tokens_along(keys: Keys, verifier: Verifier) -> None:
    left, stayed = fresh("acme-1"), fresh("acme-2")
    for token in (left, stayed) * 2:
        verifier.verify(token)

    keys.load_json(certs("acme-2"))

    assert status_of(lambda: verifier.verify(left)) == "UNKNOWN_KEY"
    assert status_of(lambda: verifier.verify_request({ASSERTION: left})) == "UNKNOWN_KEY"
    assert verifier.verify(stayed)
    assert misses_and_hits(verifier) == (2, 3)


def test_token_is_verified_in_full_when_its_key_returns(keys: Keys, verifier: Verifier) -> None:
    token = fresh("acme-1")
    verifier.verify(token)
    keys.load_json(certs("acme-2"))
    assert status_of(lambda: verifier.verify(token)) == "UNKNOWN_KEY"

    keys.load_json(certs("acme-1"))

    assert verifier.verify(token).email == "user@example.com"
    assert misses_and_hits(verifier) == (2, 0)


def test_email_header_is_compared_each_time(verifier: Verifier) -> None:
    request = {ASSERTION: fresh(), EMAIL: "user@example.com"}
    assert verifier.verify_request(request)

    assert status_of(lambda: verifier.verify_request({**request, EMAIL: "eve@example.com"})) == (
        "IDENTITY_MISMATCH"
    )


@pytest.mark.parametrize("place", [0, 30, 200, -344, -1])
def test_one_other_byte_is_another_token(verifier: Verifier, place: int) -> None:
    token = bytearray(fresh().encode())
    verifier.verify(token)

    token[place] ^= 2

    assert status_of(lambda: verifier.verify(token)) != "OK"


def test_verifiers_share_no_tokens(keys: Keys) -> None:
    token = fresh()
    one, other = new_verifier(keys), new_verifier(keys, audiences=["0" * 64])
    one.verify(token)

    assert status_of(lambda: other.verify(token)) == "WRONG_AUDIENCE"
    assert misses_and_hits(other) == (0, 0)


def test_verifiers_mix_no_claims_up(keys: Keys) -> None:
    """The first claims of each have the same `id`."""
    mine = {new_verifier(keys): f"{number}@example.com" for number in range(4)}
    tokens = {email: fresh(email=email) for email in mine.values()}

    for _ in range(3):
        for verifier, email in mine.items():
            assert verifier.verify(tokens[email]).email == email


@pytest.mark.parametrize("option", ["cache_entries", "cache_bytes"])
def test_cache_that_is_off_keeps_nothing(keys: Keys, option: str) -> None:
    verifier = new_verifier(keys, **{option: 0})
    token = fresh()

    assert attributes(verifier.verify(token)) == attributes(verifier.verify(token))

    assert misses_and_hits(verifier) == (2, 0)
    assert verifier.stats()["entries"] == verifier.stats()["bytes"] == 0
    assert verifier._opened().kept is None


@pytest.mark.parametrize("option", ["cache_entries", "cache_bytes"])
@pytest.mark.parametrize("value", [True, False, None, "8192", 1.0, [1]])
def test_bound_of_another_type_is_a_type_error(keys: Keys, option: str, value: Any) -> None:
    with pytest.raises(TypeError, match=f"{option} must be int"):
        new_verifier(keys, **{option: value})


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("cache_entries", -1),
        ("cache_entries", 10_000_001),
        ("cache_entries", 2**64),
        ("cache_bytes", -1),
        ("cache_bytes", 2**36 + 1),
        ("cache_bytes", -(2**64)),
    ],
)
def test_bound_out_of_range_is_an_invalid_config(keys: Keys, option: str, value: int) -> None:
    with pytest.raises(InvalidConfig, match=option):
        new_verifier(keys, **{option: value})


@pytest.mark.parametrize(
    "options", [{"cache_entries": 1}, {"cache_entries": 10_000_000, "cache_bytes": 2**36}, {"cache_bytes": 1}]
)
def test_bounds_may_be_as_far_apart_as_they_say(keys: Keys, options: dict[str, int]) -> None:
    verifier, token = new_verifier(keys, **options), fresh()

    assert verifier.verify(token) == verifier.verify(token)


def test_claims_outlive_their_verifier(keys: Keys) -> None:
    verifier, token = new_verifier(keys), fresh(custom={"groups": ["staff"]})
    first, second = verifier.verify(token), verifier.verify(token)
    said = attributes(first)

    verifier.close()

    assert attributes(first) == attributes(second) == said


def test_closed_verifier_accepts_no_token_that_it_kept(verifier: Verifier) -> None:
    token = fresh()
    verifier.verify(token)

    verifier.close()

    assert status_of(lambda: verifier.verify(token)) == "INVALID_ARGUMENT"


def test_refusals_are_not_kept(keys: Keys, verifier: Verifier) -> None:
    token = mint(person(exp=int(time.time()) + 60, iat=None), key="acme-1")

    assert [status_of(lambda: verifier.verify(token)) for _ in range(2)] == ["MISSING_CLAIM"] * 2
    assert verifier.stats()["entries"] == 0


def test_audience_is_checked_on_a_miss_and_on_a_hit(verifier: Verifier) -> None:
    token = fresh(aud=["0" * 64, AUDIENCE])

    assert [verifier.verify(token).audiences for _ in range(2)] == [("0" * 64, AUDIENCE)] * 2
