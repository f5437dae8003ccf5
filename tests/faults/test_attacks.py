"""What somebody without a key can do: nothing to the endpoint, and nothing to those who have one."""

from __future__ import annotations

import time

from endpoint import Endpoint, key, token
from waiting import until

from .probe import Probe
from .runs import COOLDOWN, JITTER, KNOWN, NEW, OPTIONS, UNKNOWN

LONG = {**OPTIONS, "cooldown": 30_000, "refresh_after": 60_000}


def flood(probe: Probe, calls: int) -> list[str]:
    names = [f"flood-{number}" for number in range(8)]
    for name in names:
        probe.start(name, "random", pause=0, calls=calls)
    return names


def test_ten_thousand_keys_that_nobody_has_are_one_fetch() -> None:
    with Endpoint() as endpoint, Probe(endpoint, **LONG) as probe:
        names = flood(probe, 1250)
        for name in names:
            probe.ask(f"join {name}")
        report = probe.report()

        assert len(endpoint.connections) == 1
        assert report["keys"]["fetches"] == 1
        assert report["keys"]["suppressed"] >= 9992
        assert [report["callers"][name]["verdicts"] for name in names] == [{"UNKNOWN_KEY": 1250}] * 8
        assert probe.verify(token(KNOWN))["verdict"] == "OK"


def test_bad_signatures_are_no_fetch() -> None:
    forged = token(UNKNOWN, kid=key(KNOWN).kid)
    with Endpoint() as endpoint, Probe(endpoint, **{**OPTIONS, "refresh_after": 60_000}) as probe:
        probe.connect()
        until(lambda: probe.status()["age"] > COOLDOWN * (1 + JITTER))
        probe.start("forger", forged, pause=0, calls=10_000)
        probe.ask("join forger")
        report = probe.report()

        assert report["callers"]["forger"]["verdicts"] == {"BAD_SIGNATURE": 10_000}
        assert report["callers"]["forger"]["held_back"] == 0
        assert len(endpoint.connections) == 1


def test_a_new_key_is_found_within_one_cooldown_of_a_flood() -> None:
    with Endpoint() as endpoint, Probe(endpoint, **{**OPTIONS, "refresh_after": 60_000}) as probe:
        probe.connect()
        flood(probe, 0)
        probe.start("known", token(KNOWN))
        endpoint.log.wait_for_connections(3)
        probe.report()

        published = time.monotonic()
        endpoint.behave(keys=[KNOWN, NEW])
        probe.start("new", token(NEW))
        endpoint.log.wait_for_connections(len(endpoint.connections) + 2)
        callers = probe.report()["callers"]

    found = next(at for at, verdict in callers["new"]["changes"] if verdict == "OK")
    assert found - published < COOLDOWN * (1 + JITTER) + 0.65
    assert callers["known"]["held_back"] == 0
    assert set(callers["known"]["verdicts"]) == {"OK"}


def test_many_who_come_at_once_to_no_keys_wait_for_one_fetch() -> None:
    with Endpoint() as endpoint, Probe(endpoint, **OPTIONS) as probe:
        endpoint.behave(delay=0.2)
        names = [f"caller-{number}" for number in range(8)]
        for name in names:
            probe.start(name, token(KNOWN), calls=1)
        for name in names:
            probe.ask(f"join {name}")

        callers = probe.report()["callers"]
        assert [callers[name]["verdicts"] for name in names] == [{"OK": 1}] * 8
        assert len(endpoint.connections) == 1
