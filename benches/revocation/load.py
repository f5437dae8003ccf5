"""Stores under load: processes that revoke, and one that verifies and notes when each token is refused."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .processes import ENTRIES, INPUTS, PEOPLE, SECONDS, run, start

WRITERS = 4
REDIS_RATE = 1_000
SQLITE_RATES = [10, 20, 50, 100, 150, 200, 300, 400, 600, 800, 1_200]
SQLITE_SECONDS = 10
BATCH = 100
SLOWEST_WRITE = 100e6
"""The 99th percentile of a write in nanoseconds, up to which a rate counts as sustained."""


def redis() -> dict[str, Any]:
    if shutil.which("redis-server") is None:
        print("not measured: Redis, since it is not installed (Debian: apt-get install redis-server)")
        return {}
    measured = {"empty": _with_redis(0), "full": _with_redis(ENTRIES)}
    return {"rate": REDIS_RATE, "writers": WRITERS, "seconds": SECONDS, "entries": ENTRIES, **measured}


def sqlite() -> dict[str, Any]:
    return {
        "writers": WRITERS,
        "seconds": SQLITE_SECONDS,
        "batch": BATCH,
        "single": _climb(1),
        "batched": _climb(BATCH),
        "delay": _sqlite_delay(),
    }


def _with_redis(entries: int) -> dict[str, Any]:
    with _redis_server() as url:
        print(f"redis: {REDIS_RATE:,} revocations a second above {entries:,} entries", flush=True)
        if entries:
            run("fill", url, entries)
        return _load(url, REDIS_RATE, SECONDS, 1)


@contextmanager
def _redis_server() -> Iterator[str]:
    """With the persistence that the documentation asks for."""
    with tempfile.TemporaryDirectory() as folder:
        socket = Path(folder, "redis.sock")
        options = ["--port", "0", "--unixsocket", str(socket), "--dir", folder, "--save", ""]
        options += ["--appendonly", "yes", "--appendfsync", "everysec"]
        server = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
        try:
            while not socket.exists():
                time.sleep(0.05)
            yield f"redis+unix://{socket}"
        finally:
            server.terminate()
            server.wait()


def _climb(batch: int) -> dict[str, Any]:
    """Rates, each higher than the one before, until writes become too slow or do not keep up."""
    steps: list[dict[str, Any]] = []
    for rate in (step * batch for step in SQLITE_RATES):
        with tempfile.TemporaryDirectory() as folder:
            one = _load(f"sqlite:{Path(folder, 'store.db')}", rate, SQLITE_SECONDS, batch, people=0)
        kept = ("rate", "write", "failed", "sustained")
        steps.append({"asked": rate, **{name: one[name] for name in kept}})
        print(f"sqlite: {rate:,} a second, {batch} a write: p99 {one['write'][1] / 1e6:.1f} ms", flush=True)
        # One may be the machine's fault.
        if not any(step["sustained"] for step in steps[-2:]) and len(steps) > 1:
            break
    sustained = [step for step in steps if step["sustained"]]
    return {"steps": steps, "highest": sustained[-1] if sustained else None}


def _sqlite_delay() -> dict[str, Any]:
    """At a rate that a site may really have."""
    with tempfile.TemporaryDirectory() as folder:
        people = min(PEOPLE, 10 * SECONDS // 2)
        return _load(f"sqlite:{Path(folder, 'store.db')}", 10, SECONDS, 1, people)


def _load(url: str, rate: float, seconds: int, batch: int, people: int = PEOPLE) -> dict[str, Any]:
    # A store that is empty is made by its first write.
    run("fill", url, 1)
    reader = start("reader", INPUTS, url)
    assert reader.stdin is not None
    assert reader.stdout is not None
    assert reader.stdout.readline() == "ready\n"
    plan = (WRITERS, rate, seconds, batch, people)
    writers = [start("writer", url, number, *plan) for number in range(WRITERS)]
    time.sleep(seconds / 2)
    reader.stdin.write("in the middle\n")
    written = [json.loads(writer.communicate()[0]) for writer in writers]
    # Longer than any revocation may take to be in force.
    time.sleep(4)
    read = json.loads(reader.communicate("the end\n")[0])
    return _result(written, read, rate, batch)


def _result(written: list[dict[str, Any]], read: dict[str, Any], rate: float, batch: int) -> dict[str, Any]:
    took = sorted(time for one in written for time in one["took_ns"])
    acknowledged = {person: at for one in written for person, at in one["acknowledged"]}
    refused = read.pop("refused")
    # A token can be refused before its writer has heard that the store has it.
    delays = sorted(max(0, refused[person] - at) for person, at in acknowledged.items() if refused[person])
    failed = sum(one["failed"] for one in written)
    reached = len(took) * batch / max(one["elapsed"] for one in written)
    write = _percentiles(took)
    return {
        "rate": reached,
        "write": write,
        "failed": failed,
        "sustained": failed == 0 and write[1] < SLOWEST_WRITE and reached > 0.95 * rate,
        "revoked": len(acknowledged),
        "never_refused": sum(1 for person in acknowledged if not refused[person]),
        "delay": _percentiles(delays),
        "reader": read,
    }


def _percentiles(ordered: list[int]) -> list[float]:
    """The 50th and the 99th, and the longest."""
    if not ordered:
        return [0, 0, 0]
    last = len(ordered) - 1
    return [float(ordered[round(share * last)]) for share in (0.5, 0.99, 1)]
