"""Rounds of wrk: every row a little in each, in an order that changes."""

from __future__ import annotations

import random
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from .servers import OTHER_CORE, Server

CONNECTIONS = 64


@dataclass(frozen=True)
class Target:
    """A row over one kind of location."""

    name: str
    kind: str
    path: str
    server: Server
    helpers: tuple[Server, ...] = ()
    """Those that work for it."""


@dataclass(frozen=True)
class Sample:
    """What wrk and the kernel say about a target in a round."""

    rate: float
    """Requests a second."""
    nginx: float
    """Time on the processor in nanoseconds a request."""
    helpers: float
    """The same of the servers that help."""


Round = dict[Target, Sample]


def rounds(targets: Sequence[Target], token: str, count: int, seconds: int) -> list[Round]:
    shuffled = random.Random(0)
    for target in targets:
        _sample(target, token, 1)
    measured = []
    for number in range(count):
        order = shuffled.sample(targets, len(targets))
        measured.append({target: _sample(target, token, seconds) for target in order})
        print(f"\rround {number + 1} of {count}", end="", flush=True)
    print()
    return measured


def ratio(measured: Sequence[Round], target: Target, against: Target) -> float:
    """Of the rates: the median of those of each round."""
    return median(one[target].rate / one[against].rate for one in measured)


def more(measured: Sequence[Round], target: Target, against: Target) -> float:
    """Nanoseconds of nginx that a request takes more."""
    return median(one[target].nginx - one[against].nginx for one in measured)


def _sample(target: Target, token: str, seconds: int) -> Sample:
    servers = (target.server, *target.helpers)
    before = [server.processor_time() for server in servers]
    rate, requests = _ask(target, token, seconds)
    used = [server.processor_time() - begin for server, begin in zip(servers, before)]
    return Sample(rate, used[0] / requests, sum(used[1:]) / requests)


def _ask(target: Target, token: str, seconds: int) -> tuple[float, int]:
    url = f"http://127.0.0.1:{target.server.port}{target.path}"
    command = ["taskset", "--cpu-list", str(OTHER_CORE), "wrk", "--threads=1", f"--connections={CONNECTIONS}"]
    command += [f"--duration={seconds}s", f"--header=Cf-Access-Jwt-Assertion: {token}", url]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rate, requests = re.search(r"Requests/sec: +([\d.]+)", said), re.search(r"(\d+) requests in", said)
    if rate is None or requests is None or "Non-2xx" in said or "Socket errors" in said:
        raise SystemExit(f"benches: {target.path} did not answer well:\n{said}")
    return float(rate[1]), int(requests[1])
