"""What requests meet while the keys are being fetched."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from endpoint import Endpoint

from .conftest import StartNginx
from .http2 import Http2
from .load import Load, Question
from .pending import Crowd
from .processes import memory
from .server import Nginx
from .tokens import bearing, fetched_keys, person

CAP = 1024
"""So many requests of a worker are delayed at once."""


def guarded(start: StartNginx, endpoint: Endpoint, http: str = "") -> Nginx:
    """With an open location beside a guarded one."""
    server = "location /open { alias root/page.txt; }\nlocation / { cfaccess on; }\n"
    return start(server, fetched_keys(endpoint) + http, "worker_rlimit_nofile 8192;\n")


def test_requests_wait_for_the_first_keys_and_others_do_not(start: StartNginx, endpoint: Endpoint) -> None:
    endpoint.behave(delay=1.5)
    begin = time.monotonic()
    nginx = guarded(start, endpoint)

    with ThreadPoolExecutor(8) as clients:
        waiting = [clients.submit(nginx.get, "/page.txt", bearing(person())) for _ in range(8)]
        with Load(nginx.port, [Question("/open", 200)], clients=1) as during:
            answers = [each.result() for each in waiting]
    took = time.monotonic() - begin
    with Load(nginx.port, [Question("/open", 200)], clients=1) as after:
        time.sleep(1)

    assert [answer.status for answer in answers] == [200] * 8
    assert took >= 1.5
    assert during.wrong == after.wrong == []
    assert len(during.times) > 100
    # Nothing but the machine's own unrest lies between them: a delayed request costs others no time.
    assert during.slowest(0.99) < max(4 * after.slowest(0.99), 0.02)


def test_a_dead_endpoint_at_the_start(start: StartNginx, endpoint: Endpoint) -> None:
    endpoint.behave("refused")
    nginx = guarded(start, endpoint, "cfaccess_cooldown 1s;\n")

    nginx.wait_until(lambda: nginx.get("/page.txt", bearing(person())).status == 503, "a refusal")
    refused = [nginx.get("/page.txt", bearing(person())) for _ in range(50)]
    errors = [line for line in nginx.error_log().splitlines() if "[error]" in line]
    endpoint.behave()
    nginx.wait_until(lambda: nginx.get("/page.txt", bearing(person())).status == 200, "keys")

    assert {answer.status for answer in refused} == {503}
    assert all(int(answer.one("Retry-After")) >= 1 for answer in refused)
    assert len(errors) == 1, errors
    assert nginx.get("/open").status == 200


def test_a_fetch_that_hangs_ends_the_wait(start: StartNginx, endpoint: Endpoint) -> None:
    endpoint.behave("stalled")
    nginx = guarded(start, endpoint, "cfaccess_fetch_timeout 1s;\n")
    begin = time.monotonic()

    answer = nginx.get("/page.txt", bearing(person()))

    assert answer.status == 503
    assert answer.one("Retry-After")
    assert time.monotonic() - begin < 3


def test_two_thousand_clients_wait(start: StartNginx, endpoint: Endpoint) -> None:
    endpoint.behave(delay=4)
    nginx = guarded(start, endpoint)
    (worker,) = nginx.workers()
    before = memory(worker)

    with Crowd(nginx.port, "/page.txt", bearing(person()), 2000) as crowd:
        at_once = crowd.statuses(10, enough=2000 - CAP)
        grown = memory(worker) - before
        opened = nginx.get("/open")
        later = crowd.statuses(15)

    assert at_once == {503: 2000 - CAP}
    assert later == {200: CAP}
    assert opened.status == 200
    # nginx itself needs some KiB for each connection.
    assert grown < 48 * 1024


def test_clients_that_hang_up_make_room_for_others(start: StartNginx, endpoint: Endpoint) -> None:
    endpoint.behave(delay=4)
    nginx = guarded(start, endpoint)

    with Crowd(nginx.port, "/page.txt", bearing(person()), CAP) as gone:
        assert gone.statuses(0.3) == {}
        gone.hang_up()
    nginx.wait_until(lambda: _is_delayed(nginx), "room", 3)
    with Crowd(nginx.port, "/page.txt", bearing(person()), CAP) as crowd:
        statuses = crowd.statuses(15)

    assert statuses == {200: CAP}
    assert len(nginx.workers()) == 1
    assert "exited on signal" not in nginx.error_log()


def _is_delayed(nginx: Nginx) -> bool:
    with Crowd(nginx.port, "/page.txt", bearing(person()), 1) as one:
        return not one.statuses(0.1)


@pytest.mark.parametrize("ending", ["reset", "closed"])
def test_streams_that_end_while_they_wait(start: StartNginx, endpoint: Endpoint, ending: str) -> None:
    endpoint.behave(delay=2)
    nginx = guarded(start, endpoint)
    first = nginx.workers()

    with Http2(nginx.http2_port) as leaving, Http2(nginx.http2_port) as staying:
        streams = [leaving.ask("/page.txt", bearing(person())) for _ in range(50)]
        kept = [staying.ask("/page.txt", bearing(person())) for _ in range(50)]
        time.sleep(0.2)
        if ending == "closed":
            leaving.close()
        else:
            for stream in streams[:-1]:
                leaving.take_back(stream)
            assert leaving.statuses(streams[-1:]) == [200]
        assert staying.statuses(kept) == [200] * 50

    assert nginx.get("/page.txt", bearing(person())).status == 200
    assert nginx.workers() == first


def test_a_flood_of_unknown_keys(start: StartNginx, endpoint: Endpoint) -> None:
    nginx = guarded(start, endpoint, "cfaccess_cooldown 1s;\n")
    known, unknown = person(), person("fresh-flood")
    assert nginx.get("/page.txt", bearing(known)).status == 200
    questions = {
        status: Question("/page.txt", status, dict(bearing(token)))
        for status, token in ((200, known), (401, unknown))
    }
    begin = time.monotonic()

    with (
        Load(nginx.port, [questions[401]], clients=4) as flood,
        Load(nginx.port, [questions[200]], clients=1) as good,
    ):
        time.sleep(3)
    seconds = time.monotonic() - begin

    assert good.wrong == []
    assert flood.wrong == []
    assert len(flood.times) > 1000
    assert 2 <= len(endpoint.requests) <= 2 + seconds
    assert good.slowest(0.99) < 0.1
