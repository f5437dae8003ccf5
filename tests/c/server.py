"""The server of examples/c against an endpoint that takes its time, or never answers."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from checks import Checks
from endpoint_process import Endpoint
from toolchain import BUILD, ROOT, BuildFailed, Way, compile_program, links

AUDIENCE = "32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228"
SOURCE = ROOT / "examples" / "c" / "server.c"
SOON = 1.0
"""Seconds within which a request is answered that waits for nothing, on a busy machine."""


@dataclass(frozen=True)
class Answer:
    """What came, and after how many seconds."""

    status: int
    headers: dict[str, str]
    body: str
    seconds: float


@dataclass(frozen=True)
class Server:
    """A running server."""

    host: str
    process: subprocess.Popen[str]
    token: str

    def ask(
        self, path: str = "/", method: str = "GET", token: bool = True, body: bytes | None = None
    ) -> Answer:
        began = time.monotonic()
        connection = http.client.HTTPConnection(self.host, timeout=20)
        headers = {"Cf-Access-Jwt-Assertion": self.token} if token else {}
        connection.request(method, path, body, headers)
        came = connection.getresponse()
        text = came.read().decode()
        connection.close()
        lower = {name.lower(): value for name, value in came.getheaders()}
        return Answer(came.status, lower, text, time.monotonic() - began)

    def hang_up(self) -> None:
        """Asks, and does not wait for the answer."""
        host, _, port = self.host.partition(":")
        with socket.create_connection((host, int(port))) as connection:
            request = f"GET / HTTP/1.1\r\nHost: x\r\nCf-Access-Jwt-Assertion: {self.token}\r\n\r\n"
            connection.sendall(request.encode())
            time.sleep(0.2)

    def stop(self) -> tuple[int, str]:
        """How it ended, and what it logged."""
        self.process.send_signal(signal.SIGTERM)
        _, log = self.process.communicate(timeout=30)
        return self.process.returncode, log


def check(checks: Checks, way: Way, library: Path, place: Endpoint) -> None:
    """Runs each story with a server of its own."""
    has_library = links(
        "#include <microhttpd.h>\nint main(void) { return MHD_get_version() == 0; }", "-lmicrohttpd"
    )
    missing = way.missing or place.missing or ("" if has_library else "libmicrohttpd-dev")
    name = f"{way.name}/server"
    if missing:
        checks.skipped(name, missing)
        return
    program = BUILD / f"server-{way.name}"
    libraries = (f"-L{library.parent}", "-lcfaccess", "-lmicrohttpd")
    try:
        compile_program(SOURCE, program, way.flags, libraries)
    except BuildFailed as error:
        checks.failed(name, "does not compile", str(error))
        return
    for story in (
        requests_wait_for_keys_while_others_go_on,
        a_client_may_hang_up_while_it_waits,
        an_endpoint_that_stalls_is_logged_once,
        what_is_refused_is_answered_as_decided,
        it_ends_while_requests_wait,
    ):
        try:
            with running(program, way, library, place) as start:
                fault = story(place, start)
        except (OSError, http.client.HTTPException, subprocess.TimeoutExpired) as error:
            fault = repr(error)
        behave(place)
        told = f"{name}/{story.__name__}"
        checks.failed(told, fault) if fault else checks.passed(told)


@contextmanager
def running(program: Path, way: Way, library: Path, place: Endpoint) -> Iterator[Callable[[], Server]]:
    """Starts servers that end with the block."""
    started: list[subprocess.Popen[str]] = []
    environment = {
        **os.environ,
        **way.environment,
        **place.environment,
        "CFACCESS_CA_FILE": place.ca_file,
        "LD_LIBRARY_PATH": str(library.parent),
    }

    def start() -> Server:
        token = fetch(place, "/token?key=acme-1")
        process = subprocess.Popen(
            [*way.runner, str(program), "0", "acme", AUDIENCE],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        return Server(process.stdout.readline().strip().removeprefix("http://"), process, token)

    try:
        yield start
    finally:
        for process in started:
            if process.poll() is None:
                process.kill()
                process.communicate()


def fetch(place: Endpoint, path: str) -> str:
    with urllib.request.urlopen(place.environment["CFACCESS_TEST_CONTROL"] + path) as answer:
        text: str = answer.read().decode()
        return text


def behave(place: Endpoint, **behaviour: object) -> None:
    url = place.environment["CFACCESS_TEST_CONTROL"] + "/behaviour"
    request = urllib.request.Request(url, json.dumps(behaviour).encode(), method="PUT")
    urllib.request.urlopen(request).close()


def fetches(place: Endpoint) -> int:
    return len(json.loads(fetch(place, "/requests")))


def ended_well(server: Server) -> str:
    status, log = server.stop()
    return "" if status == 0 and "==" not in log else f"ended with status {status}: {log}"


def requests_wait_for_keys_while_others_go_on(place: Endpoint, start: Callable[[], Server]) -> str:
    behave(place, delay=2)
    before = fetches(place)
    server = start()
    with ThreadPoolExecutor(32) as pool:
        waiting = [pool.submit(server.ask) for _ in range(30)]
        time.sleep(0.3)
        meanwhile = [server.ask("/healthz", token=False), server.ask(token=False)]
        waited = [one.result() for one in waiting]
    if [(one.status, one.body) for one in meanwhile[:1]] != [(200, "hello, nobody\n")]:
        return f"the open path: {meanwhile[0]}"
    if meanwhile[1].status != 401 or any(one.seconds > SOON for one in meanwhile):
        return f"what needs no key waited, or was let through: {meanwhile}"
    if any(one.status != 200 or "acme.cloudflareaccess.com/person/" not in one.body for one in waited):
        return f"who waited was refused: {waited[0]}"
    if not any(one.seconds > SOON for one in waited):
        return "nobody waited"
    if fetches(place) - before != 1:
        return f"{fetches(place) - before} fetches"
    return ended_well(server)


def a_client_may_hang_up_while_it_waits(place: Endpoint, start: Callable[[], Server]) -> str:
    behave(place, delay=1.5)
    server = start()
    for _ in range(3):
        server.hang_up()
    answer = server.ask()
    return ended_well(server) if answer.status == 200 else f"the next request: {answer}"


def an_endpoint_that_stalls_is_logged_once(place: Endpoint, start: Callable[[], Server]) -> str:
    behave(place, kind="stalled")
    server = start()
    with ThreadPoolExecutor(8) as pool:
        answers = [one.result() for one in [pool.submit(server.ask) for _ in range(8)]]
    answers.append(server.ask())
    for answer in answers:
        if (
            answer.status != 503
            or "KEYS_UNAVAILABLE" not in answer.body
            or answer.headers["retry-after"] != "1"
        ):
            return f"without keys: {answer}"
    if server.ask("/healthz", token=False).status != 200:
        return "the open path is closed"
    status, log = server.stop()
    logged = [line for line in log.splitlines() if "requests are refused" in line]
    return "" if status == 0 and len(logged) == 1 else f"ended with status {status}: {log}"


def what_is_refused_is_answered_as_decided(place: Endpoint, start: Callable[[], Server]) -> str:
    server = start()
    whole = server.ask(token=False)
    head = server.ask(method="HEAD", token=False)
    if (whole.status, whole.headers["www-authenticate"]) != (401, "Cloudflare-Access"):
        return f"without token: {whole}"
    if int(whole.headers["content-length"]) != len(whole.body) or '"status":"NO_TOKEN"' not in whole.body:
        return f"without token: {whole}"
    if (head.status, head.body, head.headers["content-length"]) != (401, "", whole.headers["content-length"]):
        return f"HEAD: {head}"
    for path in ("/healthz/", "/healthz%00", "//healthz", "/healthz%2f", "/x/../healthz"):
        if server.ask(path, token=False).status != 401:
            return f"{path} is open"
    for method, path, body in (("HEAD", "/healthz?x=1", None), ("POST", "/", b"x" * 100_000)):
        answer = server.ask(path, method, method == "POST", body)
        if answer.status != 200:
            return f"{method}: {answer}"
    return ended_well(server)


def it_ends_while_requests_wait(place: Endpoint, start: Callable[[], Server]) -> str:
    behave(place, delay=3)
    server = start()
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(server.ask) for _ in range(4)]
        time.sleep(0.5)
        fault = ended_well(server)
        for one in waiting:
            if one.exception() is None and one.result().status == 200:
                fault = fault or "a request was answered after the end"
    return fault
