"""Bad input gets a clear error and changes nothing: from no byte to 10 MB, random bytes, eight threads."""

from __future__ import annotations

import random
import string

import pytest
from cfaccess import Keys, Verifier
from support import NOW, certs, mint, new_verifier, person, status_of
from test_threads import at_once

SIZES = [0, 1, 2, 3, 100, 2_048, 16_383, 16_384, 16_385, 100_000, 1_048_576, 1_048_577, 10_000_000]
FORM_REFUSALS = ("NO_TOKEN", "MALFORMED", "TOO_LARGE")
KEYS_REFUSALS = ("KEYS_INVALID", "NO_USABLE_KEYS")
BASE64URL = string.ascii_letters + string.digits + "-_."


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("filling", [b"\0", b".", b"a", b"{", b"[", b'"', b"\xff", b" "])
def test_one_byte_many_times(verifier: Verifier, keys: Keys, size: int, filling: bytes) -> None:
    before = keys.status()
    data = filling * size

    assert status_of(lambda: verifier.verify(data)) in FORM_REFUSALS
    assert status_of(lambda: Keys.from_json(data)) in KEYS_REFUSALS
    assert status_of(lambda: keys.load_json(data)) in KEYS_REFUSALS
    assert keys.status() == before


@pytest.mark.parametrize("size", SIZES)
def test_random_bytes(verifier: Verifier, keys: Keys, size: int) -> None:
    before = keys.status()
    data = random.Random(size).randbytes(size)

    assert status_of(lambda: verifier.verify(data)) in FORM_REFUSALS
    assert status_of(lambda: keys.load_json(data)) in KEYS_REFUSALS
    assert keys.status() == before


@pytest.mark.parametrize("part", [0, 1, 2])
@pytest.mark.parametrize("size", [16_384, 1_000_000, 10_000_000])
def test_good_token_with_one_huge_part(verifier: Verifier, token: str, part: int, size: int) -> None:
    parts = token.split(".")
    parts[part] = "A" * size

    assert status_of(lambda: verifier.verify(".".join(parts), now=NOW)) == "TOO_LARGE"


def test_good_token_with_anything_before_or_after_it(verifier: Verifier, token: str) -> None:
    for byte in range(256):
        junk = bytes([byte])
        if chr(byte) in string.ascii_letters + string.digits + "-_":
            continue  # makes another header or signature, refused for that
        assert status_of(lambda: verifier.verify(token.encode() + junk, now=NOW)) == "MALFORMED"  # noqa: B023
        assert status_of(lambda: verifier.verify(junk + token.encode(), now=NOW)) == "MALFORMED"  # noqa: B023


def test_huge_key_document_around_a_good_key(keys: Keys) -> None:
    before = keys.status()
    good = certs("acme-1")

    for padding in (" " * 10_000_000, "\n" * 1_048_577):
        assert status_of(lambda: keys.load_json(good + padding)) == "KEYS_INVALID"  # noqa: B023
    assert keys.status() == before


def test_bad_input_from_eight_threads_changes_nothing(token: str) -> None:
    keys = Keys.from_json(certs("acme-1"))
    verifier = new_verifier(keys)
    before = keys.status()

    def work(number: int) -> None:
        chance = random.Random(number)
        for _ in range(60):
            size = int(10 ** chance.uniform(0, 6.5))
            text = "".join(chance.choices(BASE64URL, k=min(size, 2000)))
            for data in (chance.randbytes(size), text, mutated(token, chance)):
                assert status_of(lambda: verifier.verify(data, now=NOW)) != "OK"  # noqa: B023
                assert status_of(lambda: keys.load_json(data)) in KEYS_REFUSALS  # noqa: B023
            assert verifier.verify(token, now=NOW).email == "user@example.com"

    at_once(work)

    assert keys.status() == before
    assert verifier.verify(token, now=NOW) == new_verifier(keys).verify(token, now=NOW)


def test_refused_configurations_change_nothing(keys: Keys, verifier: Verifier, token: str) -> None:
    for number in range(100):
        assert status_of(lambda: new_verifier(keys, audiences=["x " * number])) == "INVALID_CONFIG"  # noqa: B023
        assert status_of(lambda: new_verifier(keys, team="a" * number + "!")) == "INVALID_CONFIG"  # noqa: B023

    assert verifier.verify(token, now=NOW) == verifier.verify(mint(person()), now=NOW)


def mutated(token: str, chance: random.Random) -> str:
    """The token with one character replaced by another."""
    place = chance.randrange(len(token))
    other = chance.choice([character for character in BASE64URL if character != token[place]])
    return token[:place] + other + token[place + 1 :]
