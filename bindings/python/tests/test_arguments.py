"""What the functions take, and how they refuse the rest."""

from __future__ import annotations

import array
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cfaccess import Keys, KeysUnavailable, Verifier
from support import NOW, certs, mint, new_verifier, person, status_of


class Word(str):
    """A string that lies about its bytes."""

    def encode(self, *_: object) -> bytes:
        return b"lie"


class Blob(bytes):
    """Bytes that lie about their length."""

    def __len__(self) -> int:
        return 1_000_000_000


@pytest.mark.parametrize(
    "form",
    [
        str,
        str.encode,
        lambda token: bytearray(token.encode()),
        lambda token: memoryview(token.encode()),
        lambda token: memoryview(token.encode()[::-1])[::-1],
        lambda token: memoryview(b"".join(bytes([byte, 0]) for byte in token.encode()))[::2],
        lambda token: memoryview(array.array("b", token.encode())),
        Word,
        lambda token: Blob(token.encode()),
    ],
    ids=["str", "bytes", "bytearray", "memoryview", "reversed", "every second", "signed", "str+", "bytes+"],
)
def test_token_in_every_form_of_bytes(verifier: Verifier, token: str, form: Callable[[str], Any]) -> None:
    assert verifier.verify(form(token), now=NOW).email == "user@example.com"


@pytest.mark.parametrize("token", [None, 5, 1.5, [], ["a.b.c"], object(), Path("a.b.c"), True])
def test_token_of_another_type_is_a_type_error(verifier: Verifier, token: Any) -> None:
    with pytest.raises(TypeError, match="token must be str, bytes, bytearray or memoryview"):
        verifier.verify(token)


@pytest.mark.parametrize("text", ["é", "☕", "\ud800", "a\udcff.b.c", "\0", "\uff41.b.c"])
def test_text_that_no_token_has_is_malformed(verifier: Verifier, token: str, text: str) -> None:
    assert status_of(lambda: verifier.verify(text)) == "MALFORMED"
    assert status_of(lambda: verifier.verify(token + text, now=NOW)) == "MALFORMED"
    assert status_of(lambda: verifier.verify(text + token, now=NOW)) == "MALFORMED"


@pytest.mark.parametrize("now", [True, "1767225600", None.__class__, b"1", 1j, [NOW], object()])
def test_now_of_another_type_is_a_type_error(verifier: Verifier, token: str, now: Any) -> None:
    with pytest.raises(TypeError, match="now must be seconds as int or float"):
        verifier.verify(token, now=now)


OUT_OF_RANGE = [2**53, 2.0**53, 2**63, 2**64 + NOW, 10**400, 1e300, float("inf")]


@pytest.mark.parametrize("now", [-1, -0.5, *OUT_OF_RANGE, *(-number for number in OUT_OF_RANGE)])
def test_now_out_of_range_is_an_invalid_argument(verifier: Verifier, token: str, now: float) -> None:
    assert status_of(lambda: verifier.verify(token, now=now)) == "INVALID_ARGUMENT"


def test_now_that_is_not_a_number_is_an_invalid_argument(verifier: Verifier, token: str) -> None:
    assert status_of(lambda: verifier.verify(token, now=float("nan"))) == "INVALID_ARGUMENT"


@pytest.mark.parametrize("now", [0, -0.0, 0.9])
def test_now_may_be_the_first_second(verifier: Verifier, token: str, now: float) -> None:
    assert status_of(lambda: verifier.verify(token, now=now)) == "NOT_YET_VALID"


@pytest.mark.parametrize("now", [2**53 - 1, 2.0**53 - 1])
def test_now_may_be_the_last_second(verifier: Verifier, token: str, now: float) -> None:
    assert status_of(lambda: verifier.verify(token, now=now)) == "EXPIRED"


def test_fraction_of_now_is_rounded_down(keys: Keys) -> None:
    verifier = new_verifier(keys, leeway=0)
    token = mint(person(exp=NOW + 10))

    assert status_of(lambda: verifier.verify(token, now=NOW + 9.999)) == "OK"
    assert status_of(lambda: verifier.verify(token, now=NOW + 10.0)) == "EXPIRED"


def test_now_by_default_is_the_clock(verifier: Verifier, token: str) -> None:
    import time

    clock = int(time.time())

    assert status_of(lambda: verifier.verify(mint(person(iat=clock, nbf=clock, exp=clock + 60)))) == "OK"
    assert status_of(lambda: verifier.verify(mint(person(iat=1, nbf=1, exp=2)))) == "EXPIRED"


@pytest.mark.parametrize(
    "document", [None, {"keys": []}, [], 5, bytearray(b"{}"), memoryview(b"{}"), Path("keys.json")]
)
def test_key_document_of_another_type_is_a_type_error(keys: Keys, document: Any) -> None:
    with pytest.raises(TypeError, match="document must be str or bytes"):
        Keys.from_json(document)
    with pytest.raises(TypeError, match="document must be str or bytes"):
        keys.load_json(document)


@pytest.mark.parametrize("form", [str, str.encode, Word, lambda text: Blob(text.encode())])
def test_key_document_in_every_form_of_text(token: str, form: Callable[[str], Any]) -> None:
    keys = Keys.from_json(form(certs("acme-1")))

    assert new_verifier(keys).verify(token, now=NOW)


@pytest.mark.parametrize("text", ["\ud800", '{"keys":[],"x":"\udfff"}', "\0", "", "\ufeff{}"])
def test_key_document_that_is_no_text_is_invalid(keys: Keys, text: str) -> None:
    assert status_of(lambda: Keys.from_json(text)) == "KEYS_INVALID"
    assert status_of(lambda: keys.load_json(text)) == "KEYS_INVALID"


def test_keys_are_not_made_by_their_class() -> None:
    with pytest.raises(TypeError, match="from_json"):
        Keys()


class Place:
    """A path-like object."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __fspath__(self) -> str:
        return str(self.path)


@pytest.mark.parametrize("form", [str, Path, Place], ids=["str", "Path", "PathLike"])
def test_keys_from_a_file(tmp_path: Path, form: Callable[[Path], Any]) -> None:
    path = tmp_path / "certs.json"
    path.write_text(certs("acme-1"), encoding="utf-8")

    status = Keys.from_file(form(path)).status()

    assert status["source"] == "file"
    assert len(status["keys"]) == 1


def test_keys_from_a_file_with_a_name_that_is_not_text(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/certs-\xff\xe9.json")
    Path(path).write_text(certs("acme-1"), encoding="utf-8")

    assert len(Keys.from_file(path).status()["keys"]) == 1


@pytest.mark.parametrize("path", [None, 5, b"certs.json", ["certs.json"], True])
def test_path_of_another_type_is_a_type_error(path: Any) -> None:
    with pytest.raises(TypeError, match=r"path must be str or os\.PathLike"):
        Keys.from_file(path)


def test_path_with_a_nul_is_an_invalid_argument(tmp_path: Path) -> None:
    path = tmp_path / "certs.json"
    path.write_text(certs("acme-1"), encoding="utf-8")

    assert status_of(lambda: Keys.from_file(f"{path}\0.txt")) == "INVALID_ARGUMENT"
    assert status_of(lambda: Keys.from_file("\ud800")) == "INVALID_ARGUMENT"


@pytest.mark.parametrize("name", ["missing.json", ".", ""])
def test_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(KeysUnavailable):
        Keys.from_file(tmp_path / name if name else "")
