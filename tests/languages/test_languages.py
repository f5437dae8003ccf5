"""The programs of bindings/README.md verify tokens as they are printed there."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import mint
import pytest
from endpoint import Endpoint, token

from .page import LIBRARY, ROOT, SONAME, Ended, Program, programs

IS_CALLING = f"{mint.HOST}/person/{mint.SUBJECT} is calling"
PROGRAMS = programs()
# Heaps that do not grow as they please, so that what is left is the growth of the program.
SMALL_HEAPS = {
    "JAVA_TOOL_OPTIONS": "-Xms64m -Xmx64m -XX:+AlwaysPreTouch -XX:TieredStopAtLevel=1",
    "NODE_OPTIONS": "--max-semi-space-size=1 --max-old-space-size=64",
}


class Ready:
    """A program in its folder, where the team's endpoint is ours."""

    def __init__(self, program: Program, folder: Path, endpoint: Endpoint) -> None:
        self.program, self.folder = program, folder
        self.environment = {
            **endpoint.environment(),
            "SSL_CERT_FILE": endpoint.ca_file,
            "LC_ALL": "C.UTF-8",
        }
        program.prepare(folder)

    def run(self, *tokens: str, team: str = mint.TEAM) -> Ended:
        return self.program.run(self.folder, self.environment, tokens, team, mint.AUDIENCE)

    def counts(self, *tokens: str) -> dict[str, tuple[int, int]]:
        """How many objects of each type the library gave to the program, and how many came back."""
        if shutil.which("cc") is None:
            pytest.skip("a C compiler is missing")
        library = self.folder / SONAME
        library.unlink()
        source = Path(__file__).with_name("counting.c")
        link = ["-Wl,--no-as-needed", str(LIBRARY), f"-Wl,-rpath,{LIBRARY.parent}", "-ldl"]
        command = [
            "cc",
            "-std=c11",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-shared",
            "-fPIC",
            f"-I{ROOT / 'include'}",
        ]
        subprocess.run([*command, str(source), "-o", str(library), *link], check=True)
        counts = self.folder / "counts"
        self.environment["COUNTS"] = str(counts)
        self.run(*tokens)
        rows = [line.split() for line in counts.read_text().splitlines()]
        return {name: (int(given), int(freed)) for name, given, freed in rows}


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as endpoint:
        yield endpoint


@pytest.fixture(params=PROGRAMS, ids=lambda program: program.name)
def ready(request: pytest.FixtureRequest, tmp_path: Path, endpoint: Endpoint) -> Ready:
    if not LIBRARY.exists():
        pytest.skip("target/release/libcfaccess.so (make build)")
    return Ready(request.param, tmp_path, endpoint)


def minted(**changes: object) -> str:
    now = int(time.time())
    claims = mint.person(**{"iat": now - 60, "nbf": now - 60, "exp": now + 3600, **changes})
    return mint.token(payload=claims).decode("ascii")


def service() -> str:
    now = int(time.time())
    return mint.token(payload=mint.service(iat=now - 60, exp=now + 3600)).decode("ascii")


def expired() -> str:
    return token(lifetime=-60, age=120)


def forged() -> str:
    """A good token with the signature of another key."""
    return f"{token().rpartition('.')[0]}.{token('acme-2').rpartition('.')[2]}"


def verdict(line: str) -> str:
    """Without the message, and alike in the language that prints the claims as they come."""
    if line.startswith("{"):
        return f"{json.loads(line)['principal_id']} is calling"
    return line.partition(": ")[0]


def test_page_has_a_program_for_each_language() -> None:
    assert [program.name for program in PROGRAMS] == ["Node", "Ruby", "Java", "PHP", "LuaJIT"]


def test_every_token_gets_its_verdict(ready: Ready) -> None:
    tokens = {
        token(): IS_CALLING,
        expired(): "HTTP 401, EXPIRED",
        minted(aud=[mint.OTHER_AUDIENCE]): "HTTP 401, WRONG_AUDIENCE",
        minted(iss="https://other.cloudflareaccess.com"): "HTTP 401, WRONG_ISSUER",
        forged(): "HTTP 401, BAD_SIGNATURE",
        service(): "HTTP 403, SERVICE_NOT_ALLOWED",
        "é.é.é": "HTTP 401, MALFORMED",
        "": "HTTP 401, NO_TOKEN",
        minted(email="josé@example.com"): IS_CALLING,
    }

    ended = ready.run(*tokens)

    assert [verdict(line) for line in ended.lines] == list(tokens.values())
    assert (ended.status, ended.errors) == (1, "")


def test_status_is_0_if_no_token_is_refused(ready: Ready) -> None:
    ended = ready.run(token())

    assert ([verdict(line) for line in ended.lines], ended.status) == ([IS_CALLING], 0)


def test_nobody_is_let_in_without_keys(ready: Ready, endpoint: Endpoint) -> None:
    endpoint.behave("refused")

    ended = ready.run(token())

    assert [verdict(line) for line in ended.lines] == ["HTTP 503, KEYS_UNAVAILABLE"]
    assert ended.status == 1


def test_wrong_configuration_ends_the_program(ready: Ready) -> None:
    ended = ready.run(token(), team="no team")

    assert "INVALID_CONFIG: 'no team' is not a team" in "\n".join([*ended.lines, ended.errors])
    assert "is calling" not in "\n".join(ended.lines)
    assert ended.status not in (0, None)


def test_everything_is_freed(ready: Ready) -> None:
    counts = ready.counts(token(), expired(), token(), forged(), "")

    assert counts.pop("string") in [(0, 0), (2, 2)]
    assert counts == {
        "config": (1, 1),
        "keys": (1, 1),
        "verifier": (1, 1),
        "claims": (2, 2),
        "error": (3, 3),
    }


def test_what_is_not_freed_is_counted(tmp_path: Path, endpoint: Endpoint) -> None:
    (luajit,) = [program for program in PROGRAMS if program.name == "LuaJIT"]
    leaking = Ready(luajit.without("cfaccess_claims_free(claims[0])"), tmp_path, endpoint)

    assert leaking.counts(token(), token())["claims"] == (2, 0)


def test_memory_is_flat(ready: Ready) -> None:
    ready.environment.update(SMALL_HEAPS)
    pair = [token(), expired()]

    few, many = (ready.run(*pair * (times // 2)) for times in (2_000, 12_000))

    assert len(many.lines) == 12_000
    assert many.peak - few.peak < 12 * 1024 * 1024
