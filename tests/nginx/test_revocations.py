"""Revocations in a store that nginx shares with other processes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cli.redis_server import PROGRAM as REDIS
from cli.redis_server import Redis

from .conftest import StartNginx
from .load import Load, Question
from .revoking import IN_FORCE, Silent, opened
from .server import Nginx
from .tokens import EMAIL, FIXED_KEYS, bearing, person

SERVER = "location /open { alias root/page.txt; }\nlocation / { cfaccess on; }\n"
OTHER = "other@example.com"


@pytest.fixture(params=["sqlite", "redis"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:{tmp_path / 'revocations.db'}"
    elif REDIS is None:
        pytest.skip("redis-server is missing")
    else:
        with Redis(tmp_path) as redis:
            yield redis.url()


def revoked(start: StartNginx, url: str, main: str = "") -> Nginx:
    return start(SERVER, f"{FIXED_KEYS}cfaccess_revocations {url};\n", main)


def status(nginx: Nginx, token: str) -> int:
    return nginx.get("/page.txt", bearing(token)).status


def test_a_revoked_person_is_refused_by_every_worker(start: StartNginx, url: str) -> None:
    nginx = revoked(start, url, "worker_processes 2;\n")
    token, other = person(), person(email=OTHER, sub="other")
    nginx.wait_until(lambda: status(nginx, token) == 200, "an answer of the store")

    with opened(url) as store:
        store.revoke(email=EMAIL)
    time.sleep(IN_FORCE)

    assert {status(nginx, token) for _ in range(20)} == {401}
    assert {status(nginx, other) for _ in range(20)} == {200}


def test_a_blocked_person_is_let_in_again(start: StartNginx, url: str) -> None:
    nginx = revoked(start, url)
    with opened(url) as store:
        store.block(email=EMAIL)
        time.sleep(IN_FORCE)
        assert status(nginx, person()) == 403

        store.lift(email=EMAIL)
        new = person(iat=int(time.time()) + 5, nbf=int(time.time()))
        # Whom a worker knows to be blocked it refuses without asking the store; anybody else makes it ask.
        other = person(email=OTHER, sub="other")
        nginx.wait_until(
            lambda: status(nginx, other) == 200 and status(nginx, new) == 200, "the lift", seconds=5
        )


def test_revocations_outlast_a_reload(start: StartNginx, url: str) -> None:
    nginx = revoked(start, url)
    with opened(url) as store:
        store.revoke(email=EMAIL)

    nginx.reload()

    assert {status(nginx, person()) for _ in range(5)} == {401}


def test_a_silent_store_delays_nobody_else(start: StartNginx) -> None:
    with Silent() as silent:
        nginx = revoked(start, silent.url)
        begin = time.monotonic()
        with (
            ThreadPoolExecutor(4) as clients,
            Load(nginx.port, [Question("/open", 200)], clients=1) as others,
        ):
            waiting = [clients.submit(status, nginx, person()) for _ in range(4)]
            statuses = [each.result() for each in waiting]
        took = time.monotonic() - begin

    assert statuses == [503] * 4
    assert took < 7
    assert others.wrong == []
    assert others.slowest(0.99) < 0.1


def test_a_store_that_is_not_there_yet(start: StartNginx, tmp_path: Path) -> None:
    url = f"sqlite:{tmp_path / 'revocations.db'}"
    nginx = revoked(start, f"{url}?require_initialised=true")
    before = nginx.get("/page.txt", bearing(person()))

    with opened(url) as store:
        store.revoke(email=OTHER)
    nginx.wait_until(lambda: status(nginx, person()) == 200, "an answer of the store")

    assert before.status == 503
    assert before.one("Retry-After")
    assert nginx.get("/open").status == 200
