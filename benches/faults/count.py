"""From what happened to numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from .driver import Sample
from .run import Phase, Record

LATE_SECONDS = 0.1
"""A request that waited longer was held back: without a fault every library answers within a few ms."""
REASONS = 3


@dataclass
class PhaseCount:
    name: str
    good: int
    served: int
    fetches: int


@dataclass
class Count:
    """What came of one library under one fault. Waits are in seconds."""

    phases: list[PhaseCount]
    good: int
    served: int
    """Of the good ones: accepted, held back or not."""
    held_back: int
    """Of the served ones: answered late."""
    fetches: int
    longest_wait_known: float | None
    longest_wait_new: float | None
    until_served: float | None
    """From when the endpoint began to hand out the key in need to the first token of it that was accepted,
    where tokens of it came from the beginning."""
    removed_accepted: int | None
    """How many tokens of a removed key were accepted when everybody had had the time to look again."""
    bad: int
    bad_accepted: int
    memory: int
    """The most that the process had, in bytes."""
    stall: float
    """How long the machine itself held things up, at the most."""
    reasons: dict[str, int] = field(default_factory=dict)
    """The most frequent ones of the good tokens that were lost."""

    @property
    def lost(self) -> int:
        return self.good - self.served

    @property
    def meets_target(self) -> bool:
        return not (self.lost or self.held_back or self.removed_accepted or self.bad_accepted)


def count(record: Record) -> Count:
    good = [sample for sample in record.samples if _is_good(sample, record)]
    bad = [sample for sample in record.samples if sample.stream == "attack"]
    lost = Counter(sample.verdict for sample in good if not sample.is_served)
    return Count(
        phases=_phases(record, good),
        good=len(good),
        served=sum(sample.is_served for sample in good),
        held_back=sum(sample.is_served and sample.wait > LATE_SECONDS for sample in good),
        fetches=record.connections,
        longest_wait_known=_longest_wait(good, "known"),
        longest_wait_new=_longest_wait(good, "new"),
        until_served=_until_served(record),
        removed_accepted=_removed_accepted(record),
        bad=len(bad),
        bad_accepted=sum(sample.is_served for sample in bad),
        memory=record.memory,
        stall=record.stall,
        reasons=dict(lost.most_common(REASONS)),
    )


def _is_good(sample: Sample, record: Record) -> bool:
    if sample.stream == record.awaited:
        return sample.begin >= record.good_from
    return sample.stream in ("known", "new")


def _phases(record: Record, good: list[Sample]) -> list[PhaseCount]:
    end = Phase("end", float("inf"), record.connections)
    counts = []
    for phase, following in zip(record.phases, [*record.phases[1:], end]):
        within = [sample for sample in good if phase.began <= sample.begin < following.began]
        # What came before the first phase belongs to it, such as the fetch that warmed up.
        connections = 0 if phase is record.phases[0] else phase.connections
        counts.append(
            PhaseCount(
                phase.name,
                good=len(within),
                served=sum(sample.is_served for sample in within),
                fetches=following.connections - connections,
            )
        )
    return counts


def _longest_wait(good: list[Sample], stream: str) -> float | None:
    return max((sample.wait for sample in good if sample.stream == stream), default=None)


def _until_served(record: Record) -> float | None:
    if record.published is None:
        return None
    came = [sample for sample in record.samples if sample.stream == record.awaited]
    if all(sample.begin >= record.good_from for sample in came):
        return None
    served = (sample.begin + sample.wait for sample in came if sample.is_served)
    first = min(served, default=None)
    return None if first is None else first - record.published


def _removed_accepted(record: Record) -> int | None:
    if record.refused_from is None:
        return None
    removed = (sample for sample in record.samples if sample.stream == "removed")
    return sum(sample.is_served and sample.begin >= record.refused_from for sample in removed)
