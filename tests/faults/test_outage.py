"""Outages that last, and endpoints that ask for time."""

from __future__ import annotations

import time

from endpoint import Endpoint, token
from waiting import until

from .probe import Probe
from .runs import COOLDOWN, JITTER, KNOWN, NEW, OPTIONS


def changes(probe: Probe, verdict: str) -> list[float]:
    """When the verdict on the known key became this one, since the last look."""
    return [at for at, changed in probe.report()["callers"]["known"]["changes"] if changed == verdict]


def test_keys_that_nobody_confirms_for_too_long_end_and_come_back() -> None:
    options = {**OPTIONS, "max_stale": 2500}
    with Endpoint() as endpoint, Probe(endpoint, **options) as probe:
        probe.connect()
        probe.start("known", token(KNOWN))
        endpoint.log.wait_for_answers(2)
        endpoint.behave("refused")
        confirmed = endpoint.requests[-1].began

        seen = until(lambda: changes(probe, "KEYS_UNAVAILABLE"))
        status = probe.status()
        endpoint.behave()
        seen += until(lambda: changes(probe, "OK"))

    ended, returned = seen
    assert 2.3 < ended - confirmed < 2.8
    assert returned - ended < COOLDOWN * (1 + JITTER) + 0.5
    assert status["keys"] == []
    assert status["age"] > 2.4


def test_the_end_of_an_outage_is_noticed_though_nobody_has_a_good_token() -> None:
    with Endpoint() as endpoint, Probe(endpoint, **OPTIONS) as probe:
        endpoint.behave("status")
        probe.start("flood", "random", pause=0)
        endpoint.log.wait_for_connections(2)
        endpoint.behave()

        until(lambda: probe.report()["callers"]["flood"]["verdicts"].keys() == {"UNKNOWN_KEY"})

        assert probe.verify(token(KNOWN))["verdict"] == "OK"


def gap_after(retry_after: str) -> float:
    """The time from an answer with this header to the next fetch, whose tokens come all the while."""
    with Endpoint() as endpoint, Probe(endpoint, **OPTIONS) as probe:
        endpoint.behave("status", status=429, headers=[["Retry-After", retry_after]])
        probe.start("known", token(KNOWN))
        endpoint.log.wait_for_answers(1)
        endpoint.behave()
        endpoint.log.wait_for_connections(2)
        one, other = endpoint.connections
        return other - one


def test_the_time_that_the_endpoint_asks_for_is_given() -> None:
    assert 2.9 < gap_after("3") < 4


def test_a_date_is_a_time_too() -> None:
    later = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 4))

    assert 2.5 < gap_after(later) < 5


def test_no_more_than_ten_cooldowns_are_given() -> None:
    assert 9.9 < gap_after("86400") < 11


def test_what_is_no_time_changes_nothing() -> None:
    assert gap_after("-5") < COOLDOWN * (1 + JITTER) + 0.5


def test_a_new_key_waits_for_the_end_of_the_time_asked_for() -> None:
    with Endpoint() as endpoint, Probe(endpoint, **OPTIONS) as probe:
        probe.connect()
        endpoint.behave("status", status=503, headers=[["Retry-After", "3"]])
        probe.start("known", token(KNOWN))
        endpoint.log.wait_for_answers(2)
        endpoint.behave(keys=[KNOWN, NEW])
        until(lambda: probe.status()["failures"])

        refused = probe.verify(token(NEW))
        probe.start("new", token(NEW))
        endpoint.log.wait_for_connections(3)

        assert refused["verdict"] == "UNKNOWN_KEY"
        assert endpoint.connections[2] - endpoint.connections[1] > 2.9
        until(lambda: "OK" in probe.report()["callers"]["new"]["verdicts"])
