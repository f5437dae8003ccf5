"""The published keys, and the library that follows them."""

from __future__ import annotations

import base64
import json
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest
from cfaccess import AccessError, Keys, KeysPending, UnknownKey, Verifier

from .program import Local, running
from .wire import Answer, exchange

CERTS = "/cdn-cgi/access/certs"
ROTATIONS = 3
# Longer than the cooldown of a second, with its random tenth.
SECONDS_BETWEEN = 1.2


@pytest.fixture
def alone() -> Iterator[Local]:
    with running(["--upstream", "http://127.0.0.1:1"]) as local:
        yield local


def keys_of(local: Local, **options: Any) -> Keys:
    return Keys.remote("cfaccess-local", local=local.ready["environment"]["CFACCESS_LOCAL"], **options)


def verifier_of(local: Local, keys: Keys) -> Verifier:
    [audience] = local.ready["audiences"].values()
    return Verifier(team="cfaccess-local", audiences=[audience], keys=keys, cache_entries=0)


def accepts(verifier: Verifier, token: str) -> bool:
    try:
        verifier.verify(token)
    except UnknownKey:
        return False
    return True


def token_of(local: Local) -> str:
    return str(local.control("POST", "sessions", {"email": "ada@example.com"})["token"])


def test_the_first_requests_all_get_the_same_document(alone: Local) -> None:
    barrier = Barrier(50)

    def fetch(_: int) -> Answer:
        barrier.wait()
        return exchange(alone.team(CERTS))

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(fetch, range(50)))

    assert {(answer.status, answer.body) for answer in answers} == {(200, answers[0].body)}


def test_certificates_are_of_the_keys_and_keys_of_one_run(alone: Local, local: Local) -> None:
    document = json.loads(exchange(alone.team(CERTS)).body)
    moduli = {
        key["kid"]: int.from_bytes(base64.urlsafe_b64decode(key["n"] + "=="), "big")
        for key in document["keys"]
    }

    assert [each["kid"] for each in document["public_certs"]] == list(moduli)
    for each in document["public_certs"]:
        command = ["openssl", "x509", "-noout", "-modulus"]
        found = subprocess.run(command, input=each["cert"], check=True, stdout=subprocess.PIPE, text=True)
        assert int(found.stdout.strip().removeprefix("Modulus="), 16) == moduli[each["kid"]]
    other = json.loads(exchange(local.team(CERTS)).body)
    assert not moduli.keys() & {key["kid"] for key in other["keys"]}


def test_rotations_under_load_refuse_nobody(alone: Local) -> None:
    keys = keys_of(alone, cooldown=1)
    verifier = verifier_of(alone, keys)
    # Of the key in use and of the one before it.
    tokens = [token_of(alone)]
    over = Event()

    def verify() -> tuple[int, list[str]]:
        count, refusals = 0, []
        while not over.is_set():
            for token in list(tokens):
                try:
                    verifier.verify(token)
                    count += 1
                except KeysPending:
                    # While keys are in force few callers wait for a fetch. The others are to try again.
                    time.sleep(0.01)
                except AccessError as error:
                    refusals.append(error.status)
        return count, refusals

    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(verify) for _ in range(4)]
        try:
            for _ in range(ROTATIONS):
                time.sleep(SECONDS_BETWEEN)
                tokens[:] = tokens[-1:]
                # What is being verified has ended before its key does.
                time.sleep(0.1)
                alone.control("POST", "keys/rotate")
                tokens.append(token_of(alone))
        finally:
            time.sleep(SECONDS_BETWEEN)
            over.set()

    assert [refusals for _, refusals in (each.result() for each in running)] == [[]] * 4
    assert min(each.result()[0] for each in running) > 100
    assert keys.status()["fetches"] > ROTATIONS


def test_a_retired_key_is_unknown_and_a_new_token_is_not(alone: Local) -> None:
    kept = verifier_of(alone, keys_of(alone, refresh_after=1, cooldown=1))
    old = token_of(alone)
    assert kept.verify(old)
    alone.control("POST", "keys/rotate")
    assert kept.verify(old)

    alone.control("POST", "keys/retire")

    with keys_of(alone) as new, pytest.raises(UnknownKey):
        verifier_of(alone, new).verify(old)
    end = time.monotonic() + 10
    while accepts(kept, old):
        assert time.monotonic() < end, "the retired key stays in force"
        time.sleep(0.05)
    assert kept.verify(token_of(alone))
