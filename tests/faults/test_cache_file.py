"""The copy of the keys on disk, for a process that starts during an outage."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest
from endpoint import Endpoint, key, minting, token
from waiting import until

from .probe import Probe
from .runs import KNOWN, NEW, OPTIONS

Spoil = Callable[[Path], None]
Place = Callable[[Path], Path]

DOCUMENT = minting.document(KNOWN)
OTHERS = 65_534
"""A user and a group to which nobody here belongs."""


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as running:
        yield running


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Where the copy is kept."""
    return tmp_path / "keys.json"


def write(copy: Path, confirmed_at: float | None = None, document: bytes = DOCUMENT) -> None:
    """As an earlier process left it, which the endpoint confirmed then, or just now."""
    seconds = int(time.time() if confirmed_at is None else confirmed_at)
    copy.write_bytes(b'{"confirmed_at":%d}\n' % seconds + document)
    copy.chmod(0o600)


def document_in(copy: Path) -> bytes:
    return copy.read_bytes().partition(b"\n")[2]


def confirmed_at(copy: Path) -> int:
    seconds: int = json.loads(copy.read_bytes().partition(b"\n")[0])["confirmed_at"]
    return seconds


def probe(endpoint: Endpoint, copy: Path, **options: object) -> Probe:
    return Probe(endpoint, **{**OPTIONS, **options}, cache_file=copy)


def test_a_copy_is_kept_for_its_owner_alone(endpoint: Endpoint, copy: Path) -> None:
    with probe(endpoint, copy) as running:
        assert running.connect() == "OK"
        running.ask("close")

    assert document_in(copy) == DOCUMENT
    assert abs(confirmed_at(copy) - time.time()) < 10
    assert copy.stat().st_mode & 0o7777 == 0o600
    assert list(copy.parent.iterdir()) == [copy]


def test_a_restart_during_an_outage_works_at_once(endpoint: Endpoint, copy: Path) -> None:
    with probe(endpoint, copy) as running:
        running.connect()
        running.ask("close")
    endpoint.behave("stalled")

    with probe(endpoint, copy) as restarted:
        before = restarted.status()
        served = restarted.verify(token(KNOWN))
        endpoint.log.wait_for_connections(2)

        assert [entry["kid"] for entry in before["keys"]] == [key(KNOWN).kid]
        assert before["fetches"] == 0
        assert served["verdict"] == "OK"
        assert not served["held_back"], "the fetch goes on behind"
        until(lambda: restarted.status()["failures"])
        assert restarted.verify(token(KNOWN))["verdict"] == "OK"


def test_a_new_key_is_fetched_over_the_copy(endpoint: Endpoint, copy: Path) -> None:
    write(copy)
    endpoint.behave(keys=[KNOWN, NEW])

    with probe(endpoint, copy) as running:
        assert running.verify(token(NEW))["verdict"] == "OK"
        until(lambda: document_in(copy) == minting.document(KNOWN, NEW))


def test_a_copy_grows_older_while_nobody_confirms_it(endpoint: Endpoint, copy: Path) -> None:
    write(copy, time.time() - 1800)
    endpoint.behave("refused")

    with probe(endpoint, copy, max_stale=1_802_000) as running:
        assert 1799 < running.status()["age"] < 1803
        assert running.verify(token(KNOWN))["verdict"] == "OK"
        until(lambda: running.verify(token(KNOWN))["verdict"] == "KEYS_UNAVAILABLE")


def test_a_copy_is_as_young_as_its_last_confirmation(endpoint: Endpoint, copy: Path) -> None:
    endpoint.behave(entity_tag='"one"')
    with probe(endpoint, copy) as running:
        running.start("known", token(KNOWN))
        until(copy.exists)
        written = confirmed_at(copy)

        until(lambda: confirmed_at(copy) > written)

        assert running.status()["not_modified"] > 0
        assert document_in(copy) == DOCUMENT


def corrupt(copy: Path) -> None:
    write(copy, document=b"<html>")


def truncated(copy: Path) -> None:
    write(copy, document=DOCUMENT[:-40])


def empty(copy: Path) -> None:
    copy.write_text("")


def undated(copy: Path) -> None:
    copy.write_bytes(DOCUMENT)


def large(copy: Path) -> None:
    write(copy, document=DOCUMENT.ljust((1 << 20) + 1))


def writable_by_a_group_of_others(copy: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    os.chown(copy, -1, OTHERS)
    copy.chmod(0o620)


def writable_by_others(copy: Path) -> None:
    copy.chmod(0o602)


def older_than_max_stale(copy: Path) -> None:
    write(copy, time.time() - 61)


def dated_in_the_future(copy: Path) -> None:
    write(copy, time.time() + 3600)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (corrupt, "not strict JSON"),
        (truncated, "not strict JSON"),
        (empty, "does not begin with the time at which the endpoint confirmed it"),
        (undated, "does not begin with the time at which the endpoint confirmed it"),
        (large, "more than 1048576 bytes"),
        (writable_by_a_group_of_others, "writable by a group that this process is not in"),
        (writable_by_others, "writable by others"),
        (older_than_max_stale, "older than max_stale"),
        (dated_in_the_future, "dated in the future"),
    ],
)
def test_a_copy_that_is_not_right_is_ignored_and_replaced(
    endpoint: Endpoint, copy: Path, spoil: Spoil, reason: str
) -> None:
    write(copy)
    spoil(copy)
    endpoint.behave("refused")

    with probe(endpoint, copy) as running:
        status = running.status()
        refused = running.verify(token(KNOWN))
        endpoint.behave()
        running.start("known", token(KNOWN))
        until(lambda: "OK" in running.report()["callers"]["known"]["verdicts"])
        running.ask("close")

        assert running.made["verdict"] == "OK"
        assert status["keys"] == []
        assert "was ignored" in status["last_error"]
        assert reason in status["last_error"]
        assert refused["verdict"] == "KEYS_UNAVAILABLE"
        assert running.status()["last_error"] is None
    about = copy.stat()
    assert document_in(copy) == DOCUMENT
    assert about.st_mode & 0o7777 == 0o600
    assert about.st_uid == os.geteuid()


def a_folder(place: Path) -> Path:
    place.mkdir()
    return place


def in_a_folder_that_is_not_there(place: Path) -> Path:
    return place / "absent" / "keys.json"


def in_a_file(place: Path) -> Path:
    place.write_text("")
    return place / "keys.json"


def where_nothing_can_be_written(place: Path) -> Path:
    # Not even by root.
    return Path("/proc/keys.json")


def a_link(place: Path) -> Path:
    place.symlink_to("elsewhere.json")
    return place


def of_another_user(place: Path) -> Path:
    write(place)
    return given_away(place, OTHERS, -1)


def in_a_folder_of_another_user(place: Path) -> Path:
    place.mkdir()
    return given_away(place, OTHERS, -1) / "keys.json"


def in_a_folder_that_others_can_write(place: Path) -> Path:
    place.mkdir()
    place.chmod(0o777)
    return place / "keys.json"


def in_a_folder_that_a_group_of_others_can_write(place: Path) -> Path:
    place.mkdir()
    place.chmod(0o770)
    return given_away(place, -1, OTHERS) / "keys.json"


def given_away(place: Path, user: int, group: int) -> Path:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    os.chown(place, user, group)
    return place


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (a_folder, "it is not a file"),
        (a_link, "it is a symbolic link"),
        (in_a_folder_that_is_not_there, "No such file"),
        (in_a_file, "Not a directory"),
        (where_nothing_can_be_written, "cannot be used"),
        (of_another_user, "it belongs to another user"),
        (in_a_folder_of_another_user, "its folder belongs to another user"),
        (in_a_folder_that_others_can_write, "its folder is writable by others"),
        (
            in_a_folder_that_a_group_of_others_can_write,
            "its folder is writable by a group that this process is not in",
        ),
    ],
)
def test_a_place_that_cannot_be_used_is_refused_at_once(
    endpoint: Endpoint, tmp_path: Path, place: Place, reason: str
) -> None:
    with probe(endpoint, place(tmp_path / "place")) as refused:
        assert refused.made["verdict"] == "INVALID_CONFIG"
        assert refused.made["message"].startswith("the cache_file /")
        assert reason in refused.made["message"]


def test_a_volume_of_a_group_is_used_by_whoever_is_in_it(endpoint: Endpoint) -> None:
    """As Kubernetes gives a volume to the group of `fsGroup`, and the process any user."""
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    with tempfile.TemporaryDirectory(prefix="cfaccess-volume-") as name:
        volume, group, user = Path(name), 7_777, 4_321
        os.chown(volume, 0, group)
        volume.chmod(0o2770)
        Path(endpoint.ca_file).parent.chmod(0o755)
        who = {"user": user, "group": user, "extra_groups": [group]}
        with Probe(endpoint, identity=who, **OPTIONS, cache_file=volume / "keys.json") as running:
            assert running.made["verdict"] == "OK", running.made
            assert running.connect() == "OK"
            running.ask("close")
            assert running.status()["last_error"] is None
        (volume / "keys.json").chmod(0o660)
        endpoint.behave("refused")

        with Probe(endpoint, identity=who, **OPTIONS, cache_file=volume / "keys.json") as restarted:
            assert restarted.verify(token(KNOWN))["verdict"] == "OK"
        with Probe(
            endpoint, identity={**who, "extra_groups": []}, **OPTIONS, cache_file=volume / "keys.json"
        ) as other:
            assert "Permission denied" in other.made["message"]


def test_processes_share_a_copy_that_is_never_seen_half(endpoint: Endpoint, copy: Path) -> None:
    """Each writes it once a cooldown, while the document changes and somebody reads all the time."""
    documents = {minting.document(KNOWN), minting.document(KNOWN, NEW)}
    with probe(endpoint, copy) as one, probe(endpoint, copy) as other, probe(endpoint, copy) as third:
        for running in (one, other, third):
            running.start("known", token(KNOWN))
        until(copy.exists)

        seen = set()
        changed = 0
        while len(endpoint.connections) < 15:
            seen.add(document_in(copy))
            if len(endpoint.connections) > changed:
                changed = len(endpoint.connections)
                endpoint.behave(keys=[KNOWN, NEW][: 1 + changed % 2])
        for running in (one, other, third):
            running.ask("close")
            callers = running.report()["callers"]
            assert set(callers["known"]["verdicts"]) == {"OK"}

    assert seen == documents
    assert json.loads(document_in(copy))
    assert list(copy.parent.iterdir()) == [copy], "nothing is left behind"
