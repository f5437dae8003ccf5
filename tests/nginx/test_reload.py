"""Reloads, upgrades and deaths of workers, under load and while the endpoint is away."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from endpoint import Endpoint

from .conftest import StartNginx
from .load import Load, Question
from .processes import children, is_running, memory
from .server import PROGRAM, Nginx
from .tokens import OTHER_AUDIENCE, bearing, fetched_keys, person

SERVER = "location / { cfaccess on; }\n"
CACHE = "cfaccess_cache_path cache;\n"
TIMEOUT = "cfaccess_fetch_timeout 2s;\n"


def questions() -> list[Question]:
    """One of each kind: somebody, nobody, and somebody of another application."""
    return [
        Question("/page.txt", 200, dict(bearing(person()))),
        Question("/page.txt", 401),
        Question("/page.txt", 401, dict(bearing(person(aud=[OTHER_AUDIENCE])))),
    ]


def warm(start: StartNginx, endpoint: Endpoint, http: str = "", main: str = "") -> Nginx:
    """With keys in its cache file."""
    nginx = start(SERVER, fetched_keys(endpoint) + CACHE + TIMEOUT + http, main)
    assert nginx.get("/page.txt", bearing(person())).status == 200
    nginx.wait_until(lambda: bool(cached(nginx)), "a cache file")
    return nginx


def cached(nginx: Nginx) -> list[Path]:
    return [file for file in (nginx.folder / "cache").iterdir() if file.is_file()]


def test_fifty_reloads_under_load(start: StartNginx, endpoint: Endpoint) -> None:
    nginx = warm(start, endpoint, main="worker_processes 2;\n")
    assert nginx.process is not None
    master = nginx.process.pid
    sizes = []

    with Load(nginx.port, questions(), clients=2) as load:
        for _ in range(50):
            nginx.reload()
            sizes.append((memory(master), max(memory(worker) for worker in nginx.workers())))
    nginx.wait_until(lambda: len(children(master)) == 2, "the end of former workers", 12)

    assert load.wrong == []
    assert len(load.times) > 1000
    for early, late in zip(sizes[10], sizes[-1]):
        assert late - early < 1024, sizes
    assert "[alert]" not in nginx.error_log()
    assert "[emerg]" not in nginx.error_log()


@pytest.mark.parametrize("kind", ["refused", "stalled"])
def test_a_reload_with_a_cache_file_needs_no_endpoint(
    start: StartNginx, endpoint: Endpoint, kind: str
) -> None:
    nginx = warm(start, endpoint)
    endpoint.behave(kind)

    with Load(nginx.port, questions()) as load:
        for _ in range(3):
            nginx.reload()

    assert load.wrong == []
    assert len(load.times) > 100


def test_a_reload_without_a_cache_file_needs_the_endpoint(start: StartNginx, endpoint: Endpoint) -> None:
    nginx = start(SERVER, fetched_keys(endpoint))
    assert nginx.get("/page.txt", bearing(person())).status == 200
    endpoint.behave("refused")

    nginx.reload()

    assert nginx.get("/page.txt", bearing(person())).status == 503


def test_a_killed_worker_is_replaced_by_one_that_knows_the_keys(
    start: StartNginx, endpoint: Endpoint
) -> None:
    nginx = warm(start, endpoint)
    endpoint.behave("refused")
    (killed,) = nginx.workers()

    os.kill(killed, signal.SIGKILL)
    nginx.wait_until(lambda: nginx.workers() not in ([], [killed]), "another worker")

    assert nginx.get("/page.txt", bearing(person())).status == 200
    assert nginx.get("/page.txt").status == 401


def test_a_worker_ends_while_its_fetch_hangs(start: StartNginx, endpoint: Endpoint) -> None:
    endpoint.behave("stalled")
    nginx = start(SERVER, fetched_keys(endpoint) + TIMEOUT)
    endpoint.log.wait_for_connections(1)
    (former,) = nginx.workers()
    begin = time.monotonic()

    nginx.reload()
    nginx.wait_until(lambda: not is_running(former), "the end of the former worker")

    assert time.monotonic() - begin < 4


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGQUIT])
@pytest.mark.parametrize("master", ["on", "off"])
def test_nginx_ends_while_a_fetch_hangs(
    start: StartNginx, endpoint: Endpoint, sent: signal.Signals, master: str
) -> None:
    endpoint.behave("stalled")
    nginx = start(SERVER, fetched_keys(endpoint) + TIMEOUT, f"master_process {master};\n")
    endpoint.log.wait_for_connections(1)
    begin = time.monotonic()

    assert nginx.stop(sent) == 0

    assert time.monotonic() - begin < 4


@pytest.fixture
def daemon(tmp_path: Path, endpoint: Endpoint) -> Iterator[Nginx]:
    """Started as a service is: an nginx that has not left its parent takes no signal to upgrade."""
    nginx = Nginx(tmp_path, SERVER, f"{fetched_keys(endpoint)}cfaccess_cache_path {tmp_path}/cache;\n")
    subprocess.run([PROGRAM, "-p", f"{tmp_path}/", "-c", tmp_path / "nginx.conf"], check=True, timeout=20)
    nginx.wait_until((tmp_path / "nginx.pid").exists, "its start")
    yield nginx
    running = int((tmp_path / "nginx.pid").read_text())
    os.kill(running, signal.SIGTERM)
    nginx.wait_until(lambda: not is_running(running), "its end")


def test_an_upgrade_of_the_program(daemon: Nginx, endpoint: Endpoint) -> None:
    file = daemon.folder / "nginx.pid"
    former = int(file.read_text())
    daemon.wait_until(lambda: daemon.get("/page.txt", bearing(person())).status == 200, "the first keys")
    endpoint.behave("refused")

    with Load(daemon.port, questions()) as load:
        os.kill(former, signal.SIGUSR2)
        daemon.wait_until(
            lambda: file.exists() and file.read_text().strip() not in ("", str(former)), "another master"
        )
        master = int(file.read_text())
        daemon.wait_until(lambda: bool(children(master)), "its workers")
        os.kill(former, signal.SIGQUIT)
        daemon.wait_until(lambda: not is_running(former), "the end of the former master")
        time.sleep(0.5)

    assert load.wrong == []
    assert is_running(master)
    assert daemon.get("/page.txt", bearing(person())).status == 200


def test_many_workers_fetch_seldom(start: StartNginx, endpoint: Endpoint) -> None:
    nginx = warm(start, endpoint, main="worker_processes 8;\n")
    nginx.wait_until(lambda: len(nginx.workers()) == 8, "eight workers")

    for _ in range(10):
        nginx.reload()
        nginx.wait_until(lambda: len(nginx.workers()) == 8, "eight workers")
        statuses = {nginx.get("/page.txt", bearing(person())).status for _ in range(8)}
        assert statuses == {200}
        (file,) = cached(nginx)
        # A line about the copy, then the document as it was fetched.
        assert [json.loads(line) for line in file.read_text().split("\n", 1)]

    # Each worker confirms once what it has read from the file.
    assert len(endpoint.requests) <= 8 * 11
