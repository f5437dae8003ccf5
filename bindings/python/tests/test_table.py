"""The claims that a verifier keeps as Python objects are bounded, and those in use are kept."""

from __future__ import annotations

from collections.abc import Iterable
from sys import getsizeof

import pytest
from cfaccess import Claims, Keys, Verifier
from cfaccess._claims import claims_of
from cfaccess._table import Table
from support import fresh, new_verifier

MEGABYTE = 1 << 20
ASSERTION, EMAIL = "Cf-Access-Jwt-Assertion", "user@example.com"


def claims(*strings: str) -> Claims:
    """The claims of some token, in objects of their own."""
    audiences = len(strings)
    head = (*range(2**40, 2**40 + 6), audiences, *range(2**40, 2**40 + 5))
    usual = "{}", "issuer", "principal", "subject", EMAIL, *(f"other {number}" for number in range(7))
    return claims_of(head, "".join(f"{string}\0" for string in (*usual, *strings)))


def entries(table: Table[Claims]) -> dict[int, Claims]:
    return {**table._old, **table.young}


def weight(kept: Iterable[Claims]) -> int:
    """The memory of all these objects."""
    parts = ((each, each._head, each._block, each._strings, *each._head, *each._strings) for each in kept)
    return sum(map(getsizeof, {id(part): part for each in parts for part in each}.values()))


def kept(verifier: Verifier) -> Table[Claims]:
    table = verifier._opened().kept
    assert table
    return table


def test_what_was_kept_is_found() -> None:
    table: Table[Claims] = Table(10, MEGABYTE)
    one = claims()

    table.keep(1, one)

    assert table.find(1) is one
    assert table.find(2) is None
    assert table.find(0) is None


def test_hundred_thousand_tokens_stay_within_the_bound() -> None:
    table: Table[Claims] = Table(1_000, 64 * MEGABYTE)

    for number in range(1, 100_001):
        table.keep(number, claims(str(number)))
        assert len(table.young) <= 1_000

    assert len(entries(table)) <= 2_000
    assert table.find(100_000)


@pytest.mark.parametrize(
    "strings",
    [
        pytest.param(["x" * 100], id="short"),
        pytest.param(["x" * 12_000], id="long"),
        pytest.param(["x" * 3_000 + "\N{GRINNING FACE}"], id="beyond latin"),
        pytest.param([f"{number:03}" for number in range(500)], id="many"),
    ],
)
def test_memory_stays_within_the_bound(strings: list[str]) -> None:
    table: Table[Claims] = Table(1_000_000, MEGABYTE)

    for number in range(3_000):
        table.keep(number + 1, claims(*[f"{string}{number}" for string in strings]))

    assert MEGABYTE / 4 < weight(entries(table).values()) <= MEGABYTE


def test_what_is_larger_than_the_bound_is_not_kept() -> None:
    table: Table[Claims] = Table(10, MEGABYTE)

    table.keep(1, claims("x" * MEGABYTE))
    table.keep(2, claims())

    assert list(entries(table)) == [2]


def test_what_is_used_stays_in_a_flood_and_the_rest_ages_out() -> None:
    table: Table[Claims] = Table(100, MEGABYTE)
    table.keep(1, claims())
    table.keep(2, claims())

    for number in range(3, 1_000):
        table.keep(number, claims())
        assert table.find(1)

    assert 2 not in entries(table)


def test_verifier_keeps_few_claims_of_many_tokens(keys: Keys) -> None:
    verifier = new_verifier(keys, cache_entries=8)
    tokens = [fresh(email=f"{number}@example.com") for number in range(64)]

    for _ in range(2):
        for number, token in enumerate(tokens):
            assert verifier.verify(token).email == f"{number}@example.com"

    assert len(entries(kept(verifier))) <= 16


def test_claims_that_were_dropped_are_converted_again(verifier: Verifier) -> None:
    token = fresh()
    first = verifier.verify(token)
    verifier._opened().kept = Table(10, MEGABYTE)

    assert verifier.verify(token) == first
    assert verifier.stats()["verified"] == 1
    assert list(entries(kept(verifier)).values()) == [first]


def test_callers_with_the_same_token_share_its_claims(verifier: Verifier) -> None:
    token = fresh()

    all_claims = [verifier.verify(token), verifier.verify(token), verifier.verify_request({ASSERTION: token})]

    assert len({id(each) for each in all_claims}) == 1
