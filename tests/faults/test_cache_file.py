"""The copy of the keys on disk, for a process that starts during an outage."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest
from endpoint import Endpoint, key, minting, token

from .probe import Probe
from .runs import KNOWN, NEW, OPTIONS, until

Spoil = Callable[[Path], None]
Place = Callable[[Path], Path]

DOCUMENT = minting.document(KNOWN)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as running:
        yield running


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Where the copy is kept."""
    return tmp_path / "keys.json"


def probe(endpoint: Endpoint, copy: Path, **options: object) -> Probe:
    return Probe(endpoint, **{**OPTIONS, **options}, cache_file=copy)


def test_a_copy_is_kept_for_its_owner_alone(endpoint: Endpoint, copy: Path) -> None:
    with probe(endpoint, copy) as running:
        assert running.connect() == "OK"
        running.ask("close")

    assert copy.read_bytes() == DOCUMENT
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
    copy.write_bytes(DOCUMENT)
    copy.chmod(0o600)
    endpoint.behave(keys=[KNOWN, NEW])

    with probe(endpoint, copy) as running:
        assert running.verify(token(NEW))["verdict"] == "OK"
        until(lambda: copy.read_bytes() == minting.document(KNOWN, NEW))


def test_a_copy_grows_older_while_nobody_confirms_it(endpoint: Endpoint, copy: Path) -> None:
    copy.write_bytes(DOCUMENT)
    copy.chmod(0o600)
    half_an_hour_ago = time.time() - 1800
    os.utime(copy, (half_an_hour_ago, half_an_hour_ago))
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
        written = copy.stat().st_mtime

        until(lambda: copy.stat().st_mtime > written)

        assert running.status()["not_modified"] > 0
        assert copy.read_bytes() == DOCUMENT


def corrupt(copy: Path) -> None:
    copy.write_text("<html>")


def truncated(copy: Path) -> None:
    copy.write_bytes(DOCUMENT[:-40])


def empty(copy: Path) -> None:
    copy.write_text("")


def large(copy: Path) -> None:
    copy.write_bytes(DOCUMENT.ljust((1 << 20) + 1))


def writable_by_the_group(copy: Path) -> None:
    copy.chmod(0o620)


def writable_by_others(copy: Path) -> None:
    copy.chmod(0o602)


def of_somebody_else(copy: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    os.chown(copy, 65534, 65534)


def older_than_max_stale(copy: Path) -> None:
    os.utime(copy, (time.time(), time.time() - 61))


def dated_in_the_future(copy: Path) -> None:
    os.utime(copy, (time.time(), time.time() + 3600))


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (corrupt, "not strict JSON"),
        (truncated, "not strict JSON"),
        (empty, "not strict JSON"),
        (large, "more than 1048576 bytes"),
        (writable_by_the_group, "writable by others"),
        (writable_by_others, "writable by others"),
        (of_somebody_else, "belongs to somebody else"),
        (older_than_max_stale, "older than max_stale"),
        (dated_in_the_future, "dated in the future"),
    ],
)
def test_a_copy_that_is_not_right_is_left_aside_and_replaced(
    endpoint: Endpoint, copy: Path, spoil: Spoil, reason: str
) -> None:
    copy.write_bytes(DOCUMENT)
    copy.chmod(0o600)
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
        assert "left aside" in status["last_error"]
        assert reason in status["last_error"]
        assert refused["verdict"] == "KEYS_UNAVAILABLE"
        assert running.status()["last_error"] is None
    about = copy.stat()
    assert copy.read_bytes() == DOCUMENT
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


@pytest.mark.parametrize(
    "place", [a_folder, in_a_folder_that_is_not_there, in_a_file, where_nothing_can_be_written]
)
def test_a_place_that_cannot_be_used_is_told_at_once(
    endpoint: Endpoint, tmp_path: Path, place: Place
) -> None:
    with probe(endpoint, place(tmp_path / "place")) as refused:
        assert refused.made["verdict"] == "INVALID_CONFIG"
        assert "cache_file" in refused.made["message"]


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
            seen.add(copy.read_bytes())
            if len(endpoint.connections) > changed:
                changed = len(endpoint.connections)
                endpoint.behave(keys=[KNOWN, NEW][: 1 + changed % 2])
        for running in (one, other, third):
            running.ask("close")
            callers = running.report()["callers"]
            assert set(callers["known"]["verdicts"]) == {"OK"}

    assert seen == documents
    assert json.loads(copy.read_bytes())
    assert list(copy.parent.iterdir()) == [copy], "nothing is left behind"
