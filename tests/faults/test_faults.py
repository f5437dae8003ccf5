"""Each fault of the endpoint: what was served before, during and after, and how long callers waited."""

from __future__ import annotations

import pytest
from endpoint import Endpoint, token
from endpoint.server import PATH

from .conftest import Colds, Runs
from .faults import CHANGES, OUTAGES
from .probe import Probe
from .runs import COOLDOWN, DAY, JITTER, KNOWN, OPTIONS, TIMEOUT, Fault, Phase, first

# What a busy machine may add to a wait until its end is seen.
SLACK = 0.15
# How long a fetch may take where nothing is wrong.
FETCH = 0.5

ALL = [*OUTAGES, *CHANGES]
every_fault = pytest.mark.parametrize("fault", ALL, ids=lambda fault: fault.name)
every_outage = pytest.mark.parametrize("fault", OUTAGES, ids=lambda fault: fault.name)


def fetches_to_wait_for(fault: Fault) -> int:
    """A wall clock that goes ahead by more than `max_stale` may mean that the machine was restored from a
    snapshot: the keys are stale, and one fetch confirms them."""
    return 1 if fault.clock else 0


@every_fault
def test_no_good_request_is_lost_or_held_back(fault: Fault, runs: Runs) -> None:
    phases = runs[fault.name].result().phases

    for name, phase in phases.items():
        assert phase.served() > 0 or not phase.published, name
        assert phase.lost() == 0, (name, phase.callers)
        assert phase.held_back() <= fetches_to_wait_for(fault), (name, phase.callers)


@every_fault
def test_a_caller_with_a_known_key_never_waits(fault: Fault, runs: Runs) -> None:
    outcome = runs[fault.name].result()

    assert outcome.longest("wait", "known") < (TIMEOUT if fetches_to_wait_for(fault) else 0.001)
    assert outcome.longest("work", "known") < 0.01


@every_fault
def test_a_caller_with_an_unknown_key_waits_for_the_timeout_at_most(fault: Fault, runs: Runs) -> None:
    for caller in ("unknown", "new"):
        assert runs[fault.name].result().longest("wait", caller) < TIMEOUT + SLACK


@every_fault
def test_nobody_is_let_in_by_an_unknown_key(fault: Fault, runs: Runs) -> None:
    outcome = runs[fault.name].result()
    refused = {name for name, phase in outcome.phases.items() if phase.refuses("unknown")}

    if fault.name == "key removed":
        assert refused == {"before", "after"}, "it is in the document in between"
    else:
        assert refused == outcome.phases.keys()
    assert outcome.phases["before"].refuses("new")
    assert outcome.phases["during"].refuses("new")


@every_fault
def test_no_two_fetches_begin_within_one_cooldown(fault: Fault, runs: Runs) -> None:
    outcome = runs[fault.name].result()
    seconds = sum(phase.seconds for phase in outcome.phases.values())

    # The first began before the first phase did.
    assert outcome.fetches <= 2 + seconds / COOLDOWN
    assert outcome.fetches == outcome.connections, "the status counts what the endpoint saw"
    assert outcome.paths == {PATH}


@every_fault
def test_a_new_key_is_picked_up_within_one_cooldown_of_the_end(fault: Fault, runs: Runs) -> None:
    """Or of the time that the endpoint asked for, while it had the fault."""
    outcome = runs[fault.name].result()
    least = 2 if fault.name == "429" else COOLDOWN * (1 + JITTER)

    assert 0 < outcome.picked_up_after < least + FETCH
    assert outcome.phases["recovery"].keys["last_error"] is None


@every_outage
def test_the_status_tells_of_the_fault(fault: Fault, runs: Runs) -> None:
    phases = runs[fault.name].result().phases

    assert phases["before"].keys["last_error"] is None
    assert phases["during"].keys["failures"] >= 2
    assert str(fault.reason) in phases["during"].keys["last_error"]
    assert [entry["kid"] for entry in phases["during"].keys["keys"]] == [
        entry["kid"] for entry in phases["before"].keys["keys"]
    ]


@every_outage
def test_a_process_that_starts_during_a_fault_is_served_when_it_is_over(fault: Fault, colds: Colds) -> None:
    cold = colds[fault.name].result()

    assert cold.first["verdict"] == "KEYS_UNAVAILABLE"
    assert cold.first["waited"] < TIMEOUT + SLACK
    assert str(fault.reason) in cold.last_error
    # The last words of a fetch that runs out of time may come when its callers have gone.
    assert str(fault.reason) in cold.first["message"] or fault.reason == "timeout"
    assert [verdict for _, verdict in cold.later["changes"]][-1] == "OK"


@pytest.mark.parametrize("name", ["key removed", "keys swapped"])
def test_a_key_that_left_is_refused_from_the_next_refresh_on(name: str, runs: Runs) -> None:
    fault = next(fault for fault in CHANGES if fault.name == name)
    during, recovery = (runs[name].result().phases[phase] for phase in ("during", "recovery"))

    changes = [verdict for _, verdict in during.callers["known"]["changes"]]
    assert changes == [fault.known_is], "good verdicts went before, and none came later"
    assert first(recovery, "known", "OK") > 0, "it came back with the document"


@pytest.mark.parametrize("name", ["clock an hour back", "clock a day ahead"])
def test_keys_are_confirmed_by_the_clock_as_it_is_set(name: str, runs: Runs) -> None:
    def age(phase: Phase) -> float:
        return float(phase.keys["age"])

    assert all(0 <= age(phase) < 3 for phase in runs[name].result().phases.values())


def test_verdicts_do_go_by_the_wall_clock() -> None:
    """Which is what the clock of these runs is set for."""
    with Endpoint() as endpoint, Probe(endpoint, **OPTIONS) as probe:
        short = token(KNOWN)
        verdicts = {}
        for ahead in (0, DAY, -3600):
            probe.ask(f"clock {ahead}")
            verdicts[ahead] = probe.verify(short)["verdict"]

    assert verdicts == {0: "OK", DAY: "EXPIRED", -3600: "NOT_YET_VALID"}
