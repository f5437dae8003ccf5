"""freezegun freezes the clocks of Python, and not the clock of the library."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from cfaccess import Expired, Keys, KeysUnavailable, NotYetValid, Verifier
from fetched import Source
from support import NOW, certs, fresh, mint, new_verifier, person

freezegun = pytest.importorskip("freezegun", reason="the Python package freezegun is missing")


def test_frozen_time_is_passed_as_now(verifier: Verifier, token: str) -> None:
    with freezegun.freeze_time("2026-01-01") as frozen:
        assert time.time() == NOW
        claims = verifier.verify(token, now=time.time())

        assert claims.seconds_left() == 3600
        frozen.tick(3631)
        assert claims.seconds_left() == 0
        with pytest.raises(Expired):
            verifier.verify(token, now=time.time())
        with pytest.raises(Expired):
            verifier.verify_request({"Cf-Access-Jwt-Assertion": token}, now=time.time())


def test_without_now_the_clock_goes_on(verifier: Verifier, token: str) -> None:
    with freezegun.freeze_time("2026-01-01"):
        with pytest.raises(Expired):
            verifier.verify(token)
        future = mint(person(iat=4_000_000_000, nbf=None, exp=4_000_000_100))
        with pytest.raises(NotYetValid):
            verifier.verify(future)


def test_waiting_ends_while_time_is_frozen() -> None:
    source = Source("acme-1")
    verifier = new_verifier(source.keys(timeout=0.3))

    with freezegun.freeze_time("2026-01-01"), source.held(), pytest.raises(KeysUnavailable):
        verifier.verify(fresh())


def test_event_loop_waits_for_keys_with_real_asyncio() -> None:
    document, token = certs("acme-1"), fresh()

    def fetch(_: str) -> str:
        threading.Event().wait(0.2)
        return document

    verifier = new_verifier(Keys.remote("acme", fetch=fetch, timeout=20))

    with freezegun.freeze_time("2026-01-01", real_asyncio=True):
        assert asyncio.run(verifier.verify_async(token)).email == "user@example.com"


def test_explanation_is_as_of_the_frozen_time(verifier: Verifier, token: str) -> None:
    with freezegun.freeze_time("2026-01-01"):
        checks = verifier.explain(token)["checks"]

    assert {check["result"] for check in checks} == {"passed"}
