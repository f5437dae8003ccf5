"""One fault from before to after, and what callers saw of it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from endpoint import Endpoint, token
from waiting import until

from .probe import Json, Probe

COOLDOWN = 1.0
JITTER = 0.1
TIMEOUT = 1.0
OPTIONS: dict[str, Any] = {"cooldown": 1000, "refresh_after": 1000, "timeout": 1000, "max_stale": 60_000}
DAY = 86_400


KNOWN, NEW, UNKNOWN = "acme-1", "acme-2", "stranger"


@dataclass(frozen=True)
class Fault:
    """What is wrong with the endpoint, or with the clock, for a while."""

    name: str
    about: str
    during: Mapping[str, Any]
    """Its behaviour while it has the fault."""
    reason: str | None = None
    """What the status says of it; nothing if it is none for the library."""
    clock: int = 0
    """The seconds that the wall clock is ahead meanwhile."""
    known_is: str = "OK"
    """The verdict on the known key while the endpoint has the fault, once the library has seen it."""


@dataclass
class Phase:
    """What the callers saw in a stretch of time."""

    seconds: float
    callers: Json
    keys: Json
    published: frozenset[str] = frozenset()
    """The callers whose keys the endpoint stands by, in this phase."""

    def verdicts(self, caller: str) -> dict[str, int]:
        return dict(self.callers[caller]["verdicts"])

    def refuses(self, caller: str) -> bool:
        """Whether its key was unknown all the time."""
        return self.verdicts(caller).keys() == {"UNKNOWN_KEY"}

    def served(self) -> int:
        return sum(self.verdicts(caller).get("OK", 0) for caller in self.published)

    def lost(self) -> int:
        return sum(sum(self.verdicts(caller).values()) for caller in self.published) - self.served()

    def held_back(self) -> int:
        return sum(int(self.callers[caller]["held_back"]) for caller in self.published)

    def as_json(self) -> Json:
        return {"served": self.served(), "lost": self.lost(), "held_back": self.held_back()}


@dataclass
class Run:
    """A fault with its phases."""

    fault: Fault
    phases: dict[str, Phase] = field(default_factory=dict)
    picked_up_after: float = 0
    """Seconds from the publication of the new key, when the fault was over, to its first good verdict."""
    paths: Iterable[str] = ()
    connections: int = 0
    fetches: int = 0

    def longest(self, what: str, caller: str) -> float:
        """Wait or work, in seconds; of the known caller, while the endpoint stands by its key."""
        phases = [phase for phase in self.phases.values() if caller != "known" or caller in phase.published]
        return max(float(phase.callers[caller][f"longest_{what}"]) for phase in phases)

    def as_json(self) -> Json:
        return {
            "fault": self.fault.name,
            "about": self.fault.about,
            **{name: phase.as_json() for name, phase in self.phases.items()},
            "fetches": self.fetches,
            "seconds": round(sum(phase.seconds for phase in self.phases.values()), 1),
            "longest_wait_known_ms": round(self.longest("wait", "known") * 1000, 3),
            "longest_work_known_ms": round(self.longest("work", "known") * 1000, 3),
            "longest_wait_unknown_ms": round(self.longest("wait", "unknown") * 1000, 1),
            "new_key_after_ms": round(self.picked_up_after * 1000),
            "cooldown_ms": OPTIONS["cooldown"],
            "timeout_ms": OPTIONS["timeout"],
        }


class Stage:
    """An endpoint, a probe, and the phases that they go through."""

    def __init__(self, endpoint: Endpoint, probe: Probe) -> None:
        self.endpoint = endpoint
        self.probe = probe
        self._began = time.monotonic()

    def phase(self, fetches: int, *published: str) -> Phase:
        """From the end of the last one until the endpoint has seen this many more fetches begin."""
        self.endpoint.log.wait_for_connections(len(self.endpoint.connections) + fetches)
        return self._until_now([self.probe.report()], published)

    def recovery(self, *published: str) -> Phase:
        """From the end of the last one until nobody sees anything but keys in force."""
        reports: list[Json] = []

        def is_over() -> bool:
            reports.append(self.probe.report())
            callers = reports[-1]["callers"]
            return all(callers[caller]["verdicts"].keys() == {"OK"} for caller in ("known", "new"))

        until(is_over)
        return self._until_now(reports, published)

    def _until_now(self, reports: list[Json], published: Iterable[str]) -> Phase:
        began, self._began = self._began, time.monotonic()
        callers = {
            name: joined([report["callers"][name] for report in reports]) for name in reports[0]["callers"]
        }
        return Phase(self._began - began, callers, reports[-1]["keys"], frozenset(published))


def joined(accounts: list[Json]) -> Json:
    """What one caller saw in all of these reports."""
    verdicts = Counter[str]()
    for account in accounts:
        verdicts.update(account["verdicts"])
    return {
        "verdicts": dict(verdicts),
        "held_back": sum(account["held_back"] for account in accounts),
        "longest_wait": max(account["longest_wait"] for account in accounts),
        "longest_work": max(account["longest_work"] for account in accounts),
        "changes": [change for account in accounts for change in account["changes"]],
    }


def run(fault: Fault) -> Run:
    """Before: keys are in force. During: three fetches meet the fault. Recovery: the endpoint is well again,
    with a new key. After: the new key is known."""
    outcome = Run(fault)
    with Endpoint() as endpoint, Probe(endpoint, **OPTIONS) as probe:
        assert probe.connect() == "OK"
        stage = Stage(endpoint, probe)
        for name, key in (("known", KNOWN), ("new", NEW), ("unknown", UNKNOWN)):
            # The clock may go: they are good for longer than it does.
            probe.start(name, token(key, lifetime=2 * DAY, age=7200))
        outcome.phases["before"] = stage.phase(1, "known")

        endpoint.behave(**fault.during)
        probe.ask(f"clock {fault.clock}")
        known = ["known"] if fault.known_is == "OK" else []
        outcome.phases["during"] = stage.phase(3, *known)

        published = time.monotonic()
        endpoint.behave(keys=[KNOWN, NEW])
        probe.ask("clock 0")
        outcome.phases["recovery"] = recovery = stage.recovery(*known)
        outcome.picked_up_after = first(recovery, "new", "OK") - published
        outcome.phases["after"] = stage.phase(1, "known", "new")
        probe.ask("close")
        outcome.connections = len(endpoint.connections)
        outcome.paths = {request.path for request in endpoint.requests}
        outcome.fetches = probe.status()["fetches"]
    return outcome


def first(phase: Phase, caller: str, verdict: str) -> float:
    """When a caller's verdict became this one, on the monotonic clock."""
    return min((at for at, changed in phase.callers[caller]["changes"] if changed == verdict), default=0)


@dataclass
class Cold:
    """A process that starts during a fault."""

    first: Json
    last_error: str
    later: Json


def reason_in(status: Json) -> str:
    """Why the fetch failed, once it has ended."""
    reason = status["last_error"] or ""
    return "" if "gave no answer" in reason else reason


def start_in(fault: Fault) -> Cold:
    """The first token comes while there are no keys, and the next after the fault is over."""
    with Endpoint() as endpoint, Probe(endpoint, **OPTIONS) as probe:
        endpoint.behave(**fault.during)
        refused = probe.verify(token(KNOWN))
        # A fetch that its callers no longer wait for still says why it failed.
        last_error = until(lambda: reason_in(probe.status()))

        endpoint.behave()
        probe.start("known", token(KNOWN))
        endpoint.log.wait_for_connections(3)
        return Cold(refused, last_error, probe.report()["callers"]["known"])
