"""Each client behind a running Access: it takes what it should. What it takes although it is wrong stands in
docs/local-clients.md, and nothing else is."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import pytest
from endpoint.listener import free_port
from local.program import PROGRAM, Local, running

from . import environments
from .serving import serving

HERE = Path(__file__).resolve().parent
PAGE = HERE.parents[1] / "docs" / "local-clients.md"
TEAM_HOST = "cfaccess-local.cloudflareaccess.com"
FAULTS = [
    "key-unknown",
    "signature-bad",
    "alg-none",
    "expired",
    "future",
    "wrong-app",
    "wrong-team",
    "type-org",
]


@dataclass(frozen=True)
class Client:
    name: str
    command: Callable[[], Sequence[str | Path]]
    where: Path
    is_exact: bool
    """Whether it needs the team's real name."""


def of_python(name: str, is_exact: bool, oldest: tuple[int, int] = (3, 10)) -> Client:
    folder = HERE / "python" / name
    return Client(name, lambda: [environments.python(name, oldest), "app.py"], folder, is_exact)


def of_node(name: str) -> Client:
    return Client(name, lambda: ["node", environments.node() / "server.mjs", name], HERE, is_exact=True)


CLIENTS = [
    of_python("allowedflare", is_exact=False),
    of_python("pyramid", is_exact=False),
    of_python("pyjwt", is_exact=False),
    of_python("fastapi", is_exact=False, oldest=(3, 12)),
    of_python("cc_auth", is_exact=True),
    of_python("hermes", is_exact=True),
    of_python("flask", is_exact=True),
    of_node("pages"),
    of_node("hono"),
    of_node("jose"),
    Client("go-oidc", lambda: [environments.go("oidc")], HERE, is_exact=True),
]


@dataclass(frozen=True)
class Guarded:
    client: Client
    local: Local
    direct: str

    def ask(self, token: str | None) -> tuple[int, str]:
        """Through the edge, by curl."""
        options = []
        if self.client.is_exact:
            environment = self.local.ready["environment"]
            options = ["--proxy", environment["HTTPS_PROXY"], "--cacert", environment["SSL_CERT_FILE"]]
        if token is not None:
            options += ["--cookie", f"CF_Authorization={token}"]
        return curl(self.local.url("/"), options)


def curl(url: str, options: Sequence[str]) -> tuple[int, str]:
    ended = subprocess.run(
        [
            "curl",
            "--silent",
            "--show-error",
            "--max-time",
            "20",
            "--write-out",
            "\n%{http_code}",
            *options,
            url,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    body, _, status = ended.stdout.rpartition("\n")
    return int(status), body


@contextmanager
def guarded(client: Client) -> Iterator[Guarded]:
    command = client.command()
    port = free_port()
    arguments = ["--upstream", f"http://127.0.0.1:{port}", *(["--tls"] if client.is_exact else [])]
    with running(arguments) as local:
        team = f"https://{TEAM_HOST}" if client.is_exact else local.ready["team_url"]
        environment = {
            **(local.ready["environment"] if client.is_exact else {}),
            "PORT": str(port),
            "TEAM_URL": team,
            "TEAM_HOST": TEAM_HOST,
            "AUDIENCE": local.audience(),
        }
        with serving(command, client.where, environment) as direct:
            yield Guarded(client, local, direct)


@pytest.fixture(scope="module", params=CLIENTS, ids=lambda client: client.name)
def client(request: pytest.FixtureRequest) -> Iterator[Guarded]:
    if not PROGRAM.exists():
        environments.missing(f"{PROGRAM} is missing: make cli")
    with guarded(request.param) as started:
        yield started


@dataclass(frozen=True)
class Recorded:
    """What the page says of a client."""

    takes_persons: bool
    knows_new_keys: bool
    """At once, though it has just read the old ones."""
    takes_wrong: list[str]


def recorded(name: str) -> Recorded:
    rows = [row for row in PAGE.read_text("utf-8").splitlines() if row.startswith(f"| `{name}` |")]
    assert len(rows) == 1, f"the page has {len(rows)} rows of {name}"
    *_, persons, keys, wrong, _ = (cell.strip() for cell in rows[0].split("|"))
    return Recorded(persons == "yes", keys == "at once", re.findall(r"`([\w-]+)`", wrong))


def test_a_person_is_known_by_name(client: Guarded) -> None:
    answer = client.ask(client.local.sign_in("ada@example.com"))

    assert (answer == (200, "ada@example.com")) == recorded(client.client.name).takes_persons, answer


def test_nobody_gets_past_the_edge_or_the_client(client: Guarded) -> None:
    assert client.ask(None)[0] == 302
    assert curl(client.direct + "/", [])[0] in (302, 400, 401, 403, 500)


def test_what_is_wrong_is_taken_only_where_the_page_says_so(client: Guarded) -> None:
    token = client.local.sign_in("ada@example.com")
    taken = []
    for fault in FAULTS:
        client.local.control("POST", "faults", {"name": fault, "times": 1})
        if client.ask(token)[0] == 200:
            taken.append(fault)

    assert taken == recorded(client.client.name).takes_wrong


def test_a_new_key_is_known_as_soon_as_the_page_says(client: Guarded) -> None:
    client.local.control("POST", "keys/rotate")

    answer = client.ask(client.local.sign_in("ada@example.com"))

    assert (answer == (200, "ada@example.com")) == recorded(client.client.name).knows_new_keys, answer
