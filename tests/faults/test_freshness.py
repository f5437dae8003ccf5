"""When keys are fetched again while all is well."""

from __future__ import annotations

import pytest
from endpoint import Endpoint, token
from waiting import until

from .probe import Probe
from .runs import COOLDOWN, JITTER, KNOWN, NEW, OPTIONS


def test_a_document_that_is_not_modified_is_confirmed() -> None:
    with Endpoint() as endpoint, Probe(endpoint, **OPTIONS) as probe:
        endpoint.behave(entity_tag='"one"')
        probe.start("known", token(KNOWN))
        endpoint.log.wait_for_connections(4)
        status = probe.status()
        callers = probe.report()["callers"]

        assert [request.if_none_match for request in endpoint.requests[:3]] == [None, '"one"', '"one"']
        assert status["not_modified"] >= 2
        assert status["failures"] == 0
        assert status["age"] < COOLDOWN * (1 + JITTER) + 0.5
        assert set(callers["known"]["verdicts"]) <= {"OK"}


def test_a_document_with_another_tag_is_taken() -> None:
    with Endpoint() as endpoint, Probe(endpoint, **OPTIONS) as probe:
        endpoint.behave(entity_tag='"one"')
        probe.connect()
        endpoint.behave(keys=[NEW], entity_tag='"two"')
        probe.start("known", token(KNOWN))

        until(lambda: "UNKNOWN_KEY" in probe.report()["callers"]["known"]["verdicts"])

        assert probe.verify(token(NEW))["verdict"] == "OK"


def test_a_failure_forgets_no_tag() -> None:
    with Endpoint() as endpoint, Probe(endpoint, **OPTIONS) as probe:
        endpoint.behave(entity_tag='"one"')
        probe.connect()
        endpoint.behave("html")
        probe.start("known", token(KNOWN))
        endpoint.log.wait_for_connections(2)
        endpoint.behave(entity_tag='"one"')

        until(lambda: probe.status()["not_modified"])


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], 60),
        (["max-age=5"], 5),
        (["max-age=0"], COOLDOWN),
        (["max-age=1"], COOLDOWN),
        (["max-age=3600"], 60),
        (["max-age=1e20"], 60),
        (["max-age=99999999999999999999"], 60),
        (["max-age=-1"], 60),
        (["max-age=50", "max-age=7"], 7),
        (["public, max-age=50", "max-age=x"], 50),
        (["no-store"], 60),
    ],
    ids=str,
)
def test_the_endpoint_may_make_it_sooner_but_not_later(headers: list[str], expected: float) -> None:
    with Endpoint() as endpoint, Probe(endpoint, **{**OPTIONS, "refresh_after": 60_000}) as probe:
        endpoint.behave(headers=[["Cache-Control", header] for header in headers])

        assert probe.connect() == "OK"

        # Since the keys were asked for, a busy second may have passed.
        assert expected - 1 < probe.status()["next_refresh"] <= max(expected, COOLDOWN * (1 + JITTER))


def test_it_is_never_asked_more_often_than_once_a_cooldown() -> None:
    with Endpoint() as endpoint, Probe(endpoint, **{**OPTIONS, "refresh_after": 60_000}) as probe:
        endpoint.behave(headers=[["Cache-Control", "max-age=0"], ["Expires", "0"]])
        probe.start("known", token(KNOWN), pause=0)
        endpoint.log.wait_for_connections(4)
        first, *_, last = endpoint.connections[:4]

        assert 2.9 < last - first < 3 * COOLDOWN * (1 + JITTER) + 0.5


def test_keys_that_nobody_uses_are_not_fetched() -> None:
    with Endpoint() as endpoint, Probe(endpoint, **OPTIONS) as probe:
        probe.connect()
        until(lambda: probe.status()["next_refresh"] == 0)
        until(lambda: probe.status()["age"] > 3)

        assert len(endpoint.connections) == 1
        assert probe.verify(token(KNOWN))["verdict"] == "OK"
        endpoint.log.wait_for_connections(2)
