"""What closing an object means for others that use it."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref
from collections.abc import Callable
from pathlib import Path

import pytest
from cfaccess import InvalidArgument, Keys, Verifier, _native
from cfaccess._handle import Handle
from support import NOW, certs, new_verifier


def test_with_block_closes_at_its_end(token: str) -> None:
    with Keys.from_json(certs("acme-1")) as keys, new_verifier(keys) as verifier:
        assert verifier.verify(token, now=NOW)

    with pytest.raises(InvalidArgument, match="this Keys is closed"):
        keys.status()
    with pytest.raises(InvalidArgument, match="this Verifier is closed"):
        verifier.verify(token, now=NOW)


def test_closing_again_does_nothing(keys: Keys, verifier: Verifier) -> None:
    for _ in range(3):
        verifier.close()
        keys.close()


@pytest.mark.parametrize(
    "use",
    [
        lambda keys: keys.status(),
        lambda keys: keys.load_json(certs("acme-1")),
        lambda keys: new_verifier(keys),
    ],
    ids=["status", "load_json", "Verifier"],
)
def test_closed_keys_are_an_invalid_argument(keys: Keys, use: Callable[[Keys], object]) -> None:
    keys.close()

    with pytest.raises(InvalidArgument, match="this Keys is closed"):
        use(keys)


def test_warnings_stay_readable(keys: Keys) -> None:
    verifier = new_verifier(keys, audiences=["doubtful"])
    verifier.close()

    assert len(verifier.warnings) == 1


def test_verifier_outlives_its_keys(keys: Keys, verifier: Verifier, token: str) -> None:
    keys.close()

    assert verifier.verify(token, now=NOW)


def test_verifiers_share_the_keys(keys: Keys, token: str) -> None:
    first, second = new_verifier(keys), new_verifier(keys)
    first.close()

    keys.load_json(certs("acme-1"))

    assert second.verify(token, now=NOW)


def test_close_frees_at_once_and_once() -> None:
    freed: list[int] = []
    keys = Keys._of(Handle(4096, freed.append), "from nothing")

    keys.close()
    assert freed == [4096]

    keys.close()
    del keys
    gc.collect()
    assert freed == [4096]


def test_object_that_nobody_closed_is_freed_with_the_last_reference(keys: Keys) -> None:
    verifier = new_verifier(keys)
    handle = weakref.ref(verifier._opened())

    del verifier
    gc.collect()

    assert handle() is None


def test_call_under_way_keeps_what_close_lets_go(keys: Keys, verifier: Verifier, token: str) -> None:
    under_way = verifier._opened()

    verifier.close()
    keys.close()
    claims = _native.verify(_native.TOKEN, under_way, token.encode(), len(token), NOW)

    assert claims.email == "user@example.com"


@pytest.mark.parametrize("name", ["keys", "verifier"])
def test_native_objects_cannot_leave_the_process(name: str, request: pytest.FixtureRequest) -> None:
    owner = request.getfixturevalue(name)

    with pytest.raises(TypeError, match="pickled"):
        pickle.dumps(owner)
    with pytest.raises(TypeError, match="pickled"):
        copy.deepcopy(owner)


def test_file_is_read_once(tmp_path: Path, token: str) -> None:
    path = tmp_path / "certs.json"
    path.write_text(certs("acme-1"), encoding="utf-8")
    verifier = new_verifier(Keys.from_file(path))

    path.unlink()

    assert verifier.verify(token, now=NOW)


def test_representation_of_keys_names_what_they_were_made_from(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(certs("acme-1"))
    keys = Keys.from_json(certs("acme-1"))

    assert repr(keys) == "<Keys from JSON>"
    assert repr(Keys.from_file(file)) == f"<Keys from '{file}'>"
    assert repr(Keys.remote("acme")) == "<Keys team='acme'>"
    keys.close()
    assert repr(keys) == "<Keys from JSON closed>"


def test_representation_of_a_verifier_names_its_team_and_audiences(keys: Keys) -> None:
    verifier = new_verifier(keys, audiences=iter(["a", "b"]))

    assert repr(verifier) == "<Verifier team='acme' audiences=['a', 'b']>"
    verifier.close()
    assert repr(verifier) == "<Verifier team='acme' audiences=['a', 'b'] closed>"
    many = new_verifier(keys, audiences=map(str, range(1000)))
    assert repr(many) == "<Verifier team='acme' audiences=['0', '1', '2', 997 more]>"
