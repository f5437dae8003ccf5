"""The refusals: one class a status, the same numbers and names as in the library and its header."""

from __future__ import annotations

import pickle
import re

import cfaccess
import pytest
from cfaccess import AccessError, KeysAway, Verifier, _library
from cfaccess._errors import BY_NUMBER, refusal
from support import REPOSITORY, mint, person

KINDS = list(BY_NUMBER.values())


def library_name(number: int) -> str:
    name: bytes = _library.DECLARED["cfaccess_status_name"](number)
    return name.decode()


def test_table_is_the_one_of_the_library() -> None:
    unknown = library_name(-1)
    of_library = {n: library_name(n) for n in range(1, 1000) if library_name(n) != unknown}

    assert {kind.number: kind.status for kind in KINDS} == of_library


def test_table_is_the_one_of_the_header() -> None:
    header = (REPOSITORY / "include" / "cfaccess.h").read_text(encoding="utf-8")
    of_header = {
        int(number): name for name, number in re.findall(r"CFACCESS_STATUS_([A-Z_]+)\s*=\s*(\d+)", header)
    }

    assert {0: "OK", **{kind.number: kind.status for kind in KINDS}} == of_header


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.status)
def test_http_status_is_the_one_of_the_library(kind: type[AccessError]) -> None:
    assert kind.http_status == _library.DECLARED["cfaccess_status_http"](kind.number)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.status)
def test_class_is_named_after_its_status_and_public(kind: type[AccessError]) -> None:
    derived = "".join(word.capitalize() for word in kind.status.split("_"))

    assert kind.__name__ == derived
    assert getattr(cfaccess, derived) is kind
    assert derived in cfaccess.__all__
    assert kind.__doc__


def test_refusal_tells_status_http_status_and_cause(verifier: Verifier) -> None:
    with pytest.raises(cfaccess.Expired) as caught:
        verifier.verify(mint(person()), now=2_000_000_000)

    error = caught.value
    assert isinstance(error, AccessError)
    assert (error.status, error.http_status) == ("EXPIRED", 401)
    assert str(error) == f"EXPIRED: {error.message}"


def test_unknown_status_is_a_refusal_too() -> None:
    error = refusal(123_456, "from a newer library")

    assert type(error) is AccessError
    assert (error.status, error.http_status) == (library_name(123_456), 500)


def test_refusal_survives_a_pickle() -> None:
    error = pickle.loads(pickle.dumps(refusal(86, "too late")))

    assert type(error) is cfaccess.Expired
    assert str(error) == "EXPIRED: too late"


def test_keys_that_are_away_can_be_caught_at_once() -> None:
    statuses = {"KEYS_INVALID", "NO_USABLE_KEYS", "KEYS_UNAVAILABLE", "KEYS_PENDING"}

    assert {kind.status for kind in KINDS if issubclass(kind, KeysAway)} == statuses
    assert {kind.http_status for kind in KINDS if issubclass(kind, KeysAway)} == {KeysAway.http_status}
