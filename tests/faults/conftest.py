"""Runs all faults, some at a time, since most of a run is waiting; and keeps what came of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from .faults import CHANGES, OUTAGES
from .probe import ROOT
from .runs import Cold, Run, run, start_in

REPORT = ROOT / "target" / "tests" / "faults.json"
AT_ONCE = 4

Runs = dict[str, "Future[Run]"]
Colds = dict[str, "Future[Cold]"]


@pytest.fixture(scope="session", autouse=True)
def begun(request: pytest.FixtureRequest) -> None:
    """Where they are wanted, the runs begin before the first test."""
    for name in ("runs", "colds"):
        if any(name in getattr(item, "fixturenames", ()) for item in request.session.items):
            request.getfixturevalue(name)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits for the runs comes last."""
    items.sort(key=lambda item: bool({"runs", "colds"} & set(getattr(item, "fixturenames", ()))))


@pytest.fixture(scope="session")
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(AT_ONCE) as executor:
        yield executor
        executor.shutdown(cancel_futures=True)


@pytest.fixture(scope="session")
def runs(pool: ThreadPoolExecutor) -> Iterator[Runs]:
    """By the name of the fault; they continue during the first tests."""
    started = {fault.name: pool.submit(run, fault) for fault in [*OUTAGES, *CHANGES]}
    yield started
    ended = [future.result() for future in started.values() if future.done() and not future.exception()]
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps([outcome.as_json() for outcome in ended], indent=2) + "\n")


@pytest.fixture(scope="session")
def colds(pool: ThreadPoolExecutor) -> Colds:
    """By the name of the fault."""
    return {fault.name: pool.submit(start_in, fault) for fault in OUTAGES}
