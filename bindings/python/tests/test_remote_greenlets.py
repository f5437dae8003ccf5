"""Greenlets of gevent and eventlet run while one of them waits for keys."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import cfaccess
import pytest
from endpoint import Endpoint
from servers import TESTS, serving
from support import certs, fresh

GUNICORN = ["gunicorn", "--worker-class=gevent", "--workers=1", "--log-level=warning", "--bind=fd://{fd}"]

by_each_library = pytest.mark.parametrize("greenlets", ["gevent", "eventlet"])


def skip_without(package: str) -> None:
    """Does not import it: eventlet objects to every later fork of the process."""
    if find_spec(package) is None:
        pytest.skip(f"the Python package {package} is missing")


def measured(greenlets: str, task: str, endpoint: Endpoint) -> list[float]:
    """What the program prints."""
    skip_without(greenlets)
    environment = {
        **os.environ,
        # Its own resolver imports trio, by way of another package, and trio does not know its sockets.
        "EVENTLET_NO_GREENDNS": "yes",
        "PYTHONPATH": os.pathsep.join([str(TESTS), str(Path(cfaccess.__file__).parents[1])]),
    }
    run = subprocess.run(
        [
            *(sys.executable, "-W", "ignore", "-m", "greenlets"),
            *(greenlets, task, str(endpoint.ca_file), certs("acme-1"), fresh()),
        ],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    return [float(line) for line in run.stdout.split()]


@by_each_library
def test_no_call_blocks_the_others_while_the_endpoint_stalls(greenlets: str, endpoint: Endpoint) -> None:
    endpoint.behave(kind="stalled")

    blocks = measured(greenlets, "blocks", endpoint)

    assert len(blocks) == 5
    assert max(blocks) < 0.5


@by_each_library
def test_fetch_function_leaves_no_descriptor_open(greenlets: str, endpoint: Endpoint) -> None:
    first, last = measured(greenlets, "descriptors", endpoint)

    assert last <= first


@by_each_library
def test_program_ends_although_a_fetch_function_hangs(greenlets: str, endpoint: Endpoint) -> None:
    began = time.monotonic()

    assert max(measured(greenlets, "end", endpoint)) < 0.5

    assert time.monotonic() - began < 20


def test_forged_token_does_not_block_the_requests_of_a_server(endpoint: Endpoint, tmp_path: Path) -> None:
    skip_without("gunicorn")
    skip_without("gevent")
    with serving(GUNICORN, "preloaded_app:app", tmp_path, endpoint) as server, ThreadPoolExecutor(1) as pool:
        assert server.ask("/", Cf_Access_Jwt_Assertion=fresh()).status == 200
        endpoint.behave(kind="stalled")
        time.sleep(1.2)  # the cooldown
        forged = pool.submit(server.ask, "/", Cf_Access_Jwt_Assertion=fresh("acme-2"))
        time.sleep(0.2)

        began = time.monotonic()
        statuses = [server.ask("/", Cf_Access_Jwt_Assertion=fresh()).status for _ in range(10)]

        assert statuses == [200] * 10
        assert time.monotonic() - began < 3
        assert not forged.done()
