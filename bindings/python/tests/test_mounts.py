"""Applications below a prefix, in real servers: each page is reached with the token for it and no other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from endpoint import Endpoint
from servers import GUNICORN, UVICORN, Server, serving
from support import AUDIENCE, fresh

ADMIN_AUDIENCE = "b" * 64

UNIX_GUNICORN = [word for word in GUNICORN if not word.startswith("--bind")] + ["--bind=unix:{socket}"]


class Setup(NamedTuple):
    """A server and its application."""

    name: str
    command: list[str]
    application: str
    prefix: str = ""
    """What the client writes before each path."""
    environment: dict[str, str] = {}  # noqa: RUF012 (never changed)


SETUPS = [
    Setup("uvicorn-root-path", [*UVICORN, "--root-path=/api"], "mounted_starlette:app"),
    Setup("uvicorn-root-path-slash", [*UVICORN, "--root-path=/api/"], "mounted_starlette:app"),
    Setup("uvicorn-root-path-of-the-admin", [*UVICORN, "--root-path=/admin"], "mounted_starlette:app"),
    Setup("starlette-mounts", UVICORN, "mounted_starlette:mounted", "/a/b"),
    Setup("starlette-mounts-root-path", [*UVICORN, "--root-path=/api"], "mounted_starlette:mounted", "/a/b"),
    Setup("django-asgi-root-path", [*UVICORN, "--root-path=/api"], "mounted_django:asgi_app"),
    Setup("django-script-name", GUNICORN, "mounted_django:app", "/api", {"SCRIPT_NAME": "/api"}),
    Setup("flask-script-name", GUNICORN, "mounted_flask:app", "/api", {"SCRIPT_NAME": "/api"}),
    Setup("flask-dispatcher", GUNICORN, "mounted_flask:dispatched", "/api"),
    Setup("flask-tcp", GUNICORN, "mounted_flask:app"),
    Setup("flask-unix", UNIX_GUNICORN, "mounted_flask:app"),
    Setup("django-tcp", GUNICORN, "mounted_django:app"),
    Setup("django-unix", UNIX_GUNICORN, "mounted_django:app"),
    Setup("django-inner-asgi-root-path", [*UVICORN, "--root-path=/api"], "mounted_django:inner_asgi_app"),
    Setup("django-inner-script-name", GUNICORN, "mounted_django:inner_app", "/api", {"SCRIPT_NAME": "/api"}),
    Setup("django-inner-tcp", GUNICORN, "mounted_django:inner_app"),
    Setup("django-inner-unix", UNIX_GUNICORN, "mounted_django:inner_app"),
    Setup("wsgiref", ["mounted_wsgiref", "{fd}"], "", "/api"),
]


class Mounted(NamedTuple):
    setup: Setup
    server: Server

    def page(self, path: str, audience: str | None = None, **headers: str) -> str:
        """The page that is reached with a token for this audience, or the HTTP status."""
        token = {} if audience is None else {"Cf-Access-Jwt-Assertion": fresh(aud=audience)}
        answer = self.server.request("GET", path, {**token, **headers})
        return answer.body if answer.status == 200 else str(answer.status)


def running(setup: Setup, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mounted]:
    for needed in (setup.application.partition(":")[0].removeprefix("mounted_"), setup.command[0]):
        if needed and not needed.startswith("mounted"):
            pytest.importorskip(needed, reason=f"the Python package {needed} is missing")
    directory = tmp_path_factory.mktemp("server")
    with (
        Endpoint() as endpoint,
        serving(
            setup.command,
            setup.application,
            directory,
            endpoint,
            ACCESS_ADMIN_AUDIENCE=ADMIN_AUDIENCE,
            **setup.environment,
        ) as server,
    ):
        yield Mounted(setup, server)


@pytest.fixture(scope="module", params=SETUPS, ids=lambda setup: setup.name)
def mounted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mounted]:
    yield from running(request.param, tmp_path_factory)


def test_page_is_reached_with_the_token_for_it_and_no_other(mounted: Mounted) -> None:
    def pages(path: str) -> list[str]:
        return [mounted.page(mounted.setup.prefix + path, who) for who in (AUDIENCE, ADMIN_AUDIENCE, None)]

    assert pages("/") == ["site", "401", "401"]
    assert pages("/admin") == ["401", "admin", "401"]
    assert pages("/healthz") == ["health", "health", "health"]


HOSTILE = ["SCRIPT_NAME", "Script-Name", "X-Script-Name", "X-Forwarded-Prefix", "Path_Info", "Root-Path"]


@pytest.mark.parametrize("value", ["/healthz", "/admin", "/", "/api"])
@pytest.mark.parametrize("name", HOSTILE)
def test_no_header_moves_the_path(mounted: Mounted, name: str, value: str) -> None:
    def page(path: str, audience: str | None = None) -> str:
        return mounted.page(mounted.setup.prefix + path, audience, **{name: value})

    for path in ("/", "/admin", "/healthz", "/healthz/", "/healthz/admin"):
        assert page(path) not in ("site", "admin"), path
        assert page(path, AUDIENCE) != "admin", path
        assert page(path, ADMIN_AUDIENCE) != "site", path


def only(*names: str) -> pytest.MarkDecorator:
    setups = [setup for setup in SETUPS if setup.name in names]
    return pytest.mark.parametrize("mounted", setups, indirect=True, ids=lambda setup: setup.name)


@only("django-tcp", "django-unix", "django-inner-tcp", "django-inner-unix")
def test_script_name_of_a_header_opens_nothing(mounted: Mounted) -> None:
    """gunicorn takes it from local peers, and Django routes an empty path to `/`."""
    assert mounted.page("/healthz", AUDIENCE, Script_Name="/healthz") == "site"
    assert mounted.page("/healthz", Script_Name="/healthz") == "401"
    assert mounted.page("/healthz/", Script_Name="/healthz") == "401"


@only("flask-tcp", "flask-unix")
@pytest.mark.parametrize("path", ["/api/admin", "/apiadmin"])
def test_path_below_the_script_name_of_a_header_is_judged(mounted: Mounted, path: str) -> None:
    """gunicorn makes `admin` of `/apiadmin`, and Flask routes it to `/admin`."""
    pages = [mounted.page(path, who, Script_Name="/api") for who in (AUDIENCE, ADMIN_AUDIENCE, None)]

    assert pages == ["401", "admin", "401"]


@only("uvicorn-root-path", "starlette-mounts")
def test_websocket_is_judged_below_the_prefix(mounted: Mounted) -> None:
    client = pytest.importorskip("websockets.sync.client", reason="the Python package websockets is missing")
    url = f"ws://127.0.0.1:{mounted.server.port}{mounted.setup.prefix}/admin/socket"

    def connected(audience: str) -> str:
        headers = {"Cf-Access-Jwt-Assertion": fresh(aud=audience)}
        with client.connect(url, additional_headers=headers, proxy=None) as socket:
            return str(socket.recv(timeout=20))

    assert connected(ADMIN_AUDIENCE) == "admin"
    with pytest.raises(Exception, match="HTTP 401"):
        connected(AUDIENCE)
