"""The faults, each told as what happens to a run."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from .libraries import AGE
from .run import ATTACKERS, FLOOD_RATE, GOOD_RATE, LOOK_AGAIN, TRICKLE_RATE, Run
from .tokens import FLOOD, KNOWN, NEW

BEFORE, DURING, AFTER_NEW = 0.6, 2.2, 0.5


@dataclass(frozen=True)
class Fault:
    name: str
    about: str
    happens: Callable[[Run], None]


def outage(**behaviour: object) -> Callable[[Run], None]:
    """The endpoint fails for longer than keys are young, and comes back with a new key."""

    def happens(run: Run) -> None:
        begin_with_known_key(run)
        run.fail(**behaviour)
        run.phase("during", DURING)
        recover_with_new_key(run)

    return happens


def recover_with_new_key(run: Run) -> None:
    assert run.driver is not None
    run.publish("new", KNOWN, NEW)
    run.phase("after", LOOK_AGAIN)
    run.everybody_may_know()
    run.driver.stream("new", run.tokens.new, GOOD_RATE)
    time.sleep(AFTER_NEW)
    run.end()


def begin_with_known_key(run: Run, trickle: bool = True) -> None:
    run.serve(KNOWN)
    driver = run.start()
    driver.warm(run.tokens.known)
    driver.stream("known", run.tokens.known, GOOD_RATE)
    if trickle:
        driver.stream("attack", run.tokens.random_key_ids, TRICKLE_RATE)
    run.phase("before", BEFORE)


def rotation_in_advance(run: Run) -> None:
    """As Access does it: the new key is there before it is used, the old one while it is."""
    begin_with_known_key(run)
    assert run.driver is not None
    run.publish("new", KNOWN, NEW)
    run.phase("during", LOOK_AGAIN)
    run.everybody_may_know()
    run.driver.stream("new", run.tokens.new, GOOD_RATE)
    time.sleep(1)
    run.driver.retire("known")
    run.serve(NEW)
    run.phase("after", LOOK_AGAIN)
    run.end()


def rotation_at_once(run: Run) -> None:
    """The new key is used from the moment when it is there, and the old one is gone."""
    begin_with_known_key(run)
    assert run.driver is not None
    run.driver.retire("known")
    run.publish("new", NEW)
    run.driver.stream("new", run.tokens.new, GOOD_RATE)
    run.phase("during", LOOK_AGAIN)
    run.everybody_may_know()
    run.phase("after", 1)
    run.end()


def removal(run: Run) -> None:
    """A key leaves the document; nothing but its age makes anybody look."""
    run.serve(KNOWN, NEW)
    driver = run.start()
    driver.warm(run.tokens.new)
    driver.stream("known", run.tokens.new, GOOD_RATE)
    run.phase("before", BEFORE)
    run.serve(NEW)
    driver.stream("removed", run.tokens.known, GOOD_RATE)
    refresh = AGE / 1000 * 1.1 + 0.5
    run.record.refused_from = time.time() + refresh
    run.phase("during", refresh)
    run.phase("after", 1)
    run.end()


def flood(of: Callable[[Run], Path]) -> Callable[[Run], None]:
    """An attacker sends as many bad tokens as he can think of, while a key is rotated in advance."""

    def happens(run: Run) -> None:
        begin_with_known_key(run, trickle=False)
        assert run.driver is not None
        run.publish("new", KNOWN, NEW)
        run.driver.stream("attack", of(run), FLOOD_RATE, FLOOD, ATTACKERS)
        run.phase("during", LOOK_AGAIN)
        run.everybody_may_know()
        run.driver.stream("new", run.tokens.new, GOOD_RATE)
        time.sleep(max(0.0, FLOOD / FLOOD_RATE - LOOK_AGAIN))
        run.phase("after", 1)
        run.end()

    return happens


def cold_start(run: Run) -> None:
    """The process starts in an outage: nobody could know a key before it is over."""
    run.fail(kind="status", status=500)
    driver = run.start()
    driver.stream("known", run.tokens.known, GOOD_RATE)
    run.phase("during", 1.5)
    run.publish("known", KNOWN)
    run.phase("recovery", LOOK_AGAIN)
    run.everybody_may_know()
    run.phase("after", 1)
    run.end()


def restart(run: Run) -> None:
    """The process is replaced in an outage: its predecessor had the key."""
    run.serve(KNOWN)
    first = run.start(keep_copy=True)
    first.warm(run.tokens.known)
    first.stream("known", run.tokens.known, GOOD_RATE)
    run.phase("before", BEFORE)
    run.end()
    run.fail(kind="status", status=500)
    second = run.start(keep_copy=True)
    second.stream("known", run.tokens.known, GOOD_RATE)
    run.phase("during", DURING)
    recover_with_new_key(run)


LOGIN = ("Location", "/cdn-cgi/access/login")

FAULTS = (
    Fault("404", "the endpoint answers 404", outage(kind="status", status=404)),
    Fault(
        "429",
        "429 with `Retry-After: 1`",
        outage(kind="status", status=429, headers=[("Retry-After", "1")]),
    ),
    Fault("500", "500", outage(kind="status", status=500)),
    Fault("redirect", "302 to a login page", outage(kind="status", status=302, headers=[LOGIN])),
    Fault("html", "200 with a login page", outage(kind="html")),
    Fault("truncated", "a body shorter than its Content-Length", outage(kind="truncated")),
    Fault("empty", "a document without keys", outage(kind="empty")),
    Fault("large", "a good document, filled up to 2 MiB", outage(kind="large")),
    Fault("gzip_bomb", "a good document that unfolds to 256 MiB", outage(kind="gzip_bomb")),
    Fault("slow", "a body that comes byte by byte for ever", outage(kind="slow")),
    Fault("stalled", "a TLS handshake that is never answered", outage(kind="stalled")),
    Fault("wrong_certificate", "the certificate of another host", outage(kind="wrong_certificate")),
    Fault("expired_certificate", "an expired certificate", outage(kind="expired_certificate")),
    Fault("refused", "no connection is taken", outage(kind="refused")),
    Fault("rotation_in_advance", "a key is added, used, and the old one removed", rotation_in_advance),
    Fault("rotation_at_once", "a key is swapped and used at once", rotation_at_once),
    Fault("removal", "a key is removed", removal),
    Fault(
        "flood_of_key_ids", "10,000 tokens with random key ids", flood(lambda run: run.tokens.random_key_ids)
    ),
    Fault("flood_of_signatures", "10,000 bad signatures", flood(lambda run: run.tokens.bad_signatures)),
    Fault("cold_start", "a process starts while the endpoint answers 500", cold_start),
    Fault("restart", "a process is replaced while the endpoint answers 500", restart),
)
