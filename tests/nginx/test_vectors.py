"""The vectors of requests, as they come over HTTP/1.1 and HTTP/2."""

from __future__ import annotations

import json
import struct
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cfaccess._errors import BY_NUMBER
from local.wire import Answer, send
from segments import decoded

from .http2 import Http2, Pair
from .server import ROOT, Nginx
from .tokens import KEYS_FILE

DOCUMENT = json.loads((ROOT / "tests" / "vectors" / "requests.json").read_text())
DEFAULTS = DOCUMENT["defaults"]


HTTP_STATUS = {"OK": 200, **{error.status: error.http_status for error in BY_NUMBER.values()}}


@dataclass(frozen=True)
class Vector:
    name: str
    headers: list[Pair]
    location: str
    """What its configuration is written as."""
    now: int
    status: str

    @property
    def is_carried(self) -> bool:
        """Whether HTTP can carry the headers as they are."""
        return all(
            name and value == value.strip(b" \t") and not {0, 10, 13} & set(value)
            for name, value in self.headers
        )


def _directives(config: dict[str, Any]) -> str:
    services = config.get("allow_services", [])
    lines = [
        f"cfaccess_team {config['team']};",
        f"cfaccess_audience {' '.join(config['audiences'])};",
        f"cfaccess_allow_service {services if services == 'any' else ' '.join(services)};"
        if services
        else "",
        "cfaccess_accept_cookie on;" if config.get("accept_cookie") else "",
        f"cfaccess_email_header {config['email_header']};" if "email_header" in config else "",
    ]
    for name in ("leeway", "max_lifetime", "max_age"):
        if name in config:
            lines.append(f"cfaccess_{name} {config[name]}s;")
    return " ".join(line for line in lines if line)


VECTORS = [
    Vector(
        vector["name"],
        # Each request has a Host of its own.
        [(name.encode(), decoded(value)) for name, value in vector["headers"] if name.lower() != "host"],
        _directives(vector.get("config", DEFAULTS["config"])),
        vector.get("now", DEFAULTS["now"]),
        vector["status"],
    )
    for vector in DOCUMENT["vectors"]
    if vector.get("keys", DEFAULTS["keys"]) == KEYS_FILE.name
]
LOCATIONS = sorted({vector.location for vector in VECTORS})
CARRIED = [vector for vector in VECTORS if vector.is_carried]


class Judge:
    """An nginx with a location for each configuration, and a clock that stands still."""

    def __init__(self, folder: Path) -> None:
        preload = folder / "clock.so"
        source = ROOT / "tests" / "nginx" / "clock.c"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", preload, source], check=True)
        self._clock = folder / "clock"
        self._clock.write_bytes(bytes(8))
        locations = "\n".join(
            f"location /{number}/ {{ {text} alias {folder}/root/; }}" for number, text in enumerate(LOCATIONS)
        )
        self.nginx = Nginx(
            folder,
            server=f"cfaccess on; {LOCATIONS[0]} cfaccess_keys_file {KEYS_FILE};"
            f"add_header X-Status $cfaccess_status always;\n{locations}",
            http="large_client_header_buffers 8 64k;",
            environment={"LD_PRELOAD": str(preload), "STOPPED_CLOCK": str(self._clock)},
        )

    def stop_clock(self, seconds: int) -> None:
        with open(self._clock, "r+b") as clock:
            clock.write(struct.pack("=q", seconds))

    def path(self, vector: Vector) -> str:
        return f"/{LOCATIONS.index(vector.location)}/"


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    judge = Judge(tmp_path_factory.mktemp("vectors"))
    with judge.nginx:
        yield judge


def _verdict(answer: Answer) -> tuple[str, int]:
    return answer.one("X-Status"), answer.status


def _expected(vector: Vector) -> tuple[str, int]:
    return vector.status, HTTP_STATUS[vector.status]


def test_nearly_all_vectors_can_be_carried_by_http() -> None:
    assert len(CARRIED) >= 0.9 * len(DOCUMENT["vectors"])


def test_vectors_over_http_1(judge: Judge) -> None:
    wrong = {}
    for vector in CARRIED:
        judge.stop_clock(vector.now)
        lines = [f"GET {judge.path(vector)} HTTP/1.1".encode(), b"Host: localhost"]
        lines += [name + b": " + value for name, value in vector.headers]

        answer = send(judge.nginx.port, b"\r\n".join([*lines, b"Connection: close", b"", b""]))

        if _verdict(answer) != _expected(vector):
            wrong[vector.name] = (_verdict(answer), _expected(vector))
    assert not wrong


def test_vectors_over_http_2(judge: Judge) -> None:
    wrong = {}
    with ExitStack() as open_connections:
        connection = None
        for number, vector in enumerate(CARRIED):
            judge.stop_clock(vector.now)
            # nginx closes a connection after a thousand requests.
            if connection is None or number % 200 == 0:
                connection = open_connections.enter_context(Http2(judge.nginx.http2_port))

            answer = connection.get(judge.path(vector), vector.headers)

            if _verdict(answer) != _expected(vector):
                wrong[vector.name] = (_verdict(answer), _expected(vector))
    assert not wrong
