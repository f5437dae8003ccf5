from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest
from endpoint import Endpoint

from .application import Application
from .kinds import KINDS, Kind
from .proxy import Edit, Proxy
from .server import missing, running_server
from .way import Way

BY_NAME = {kind.name: kind for kind in KINDS}


class StartProxy(Protocol):
    """Starts a proxy that ends with the test."""

    def __call__(self, edit: Edit | None = None) -> Proxy: ...


@pytest.fixture(params=BY_NAME)
def kind(request: pytest.FixtureRequest) -> Kind:
    """One after the other, unless a test names one."""
    kind = BY_NAME[request.param]
    if not kind.found():
        pytest.skip(f"{kind.program} is missing: {kind.missing}")
    return kind


@pytest.fixture
def way() -> Iterator[Way]:
    with Way() as way:
        yield way


@pytest.fixture
def application() -> Iterator[Application]:
    with Application() as application:
        yield application


@pytest.fixture
def start(kind: Kind, way: Way, application: Application, tmp_path: Path) -> Iterator[StartProxy]:
    with ExitStack() as running:

        def start(edit: Edit | None = None) -> Proxy:
            return running.enter_context(Proxy(kind, tmp_path, way.port, application.port, edit))

        yield start


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server that has its keys."""
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    with Endpoint() as endpoint, running_server(tmp_path_factory.mktemp("server"), endpoint) as server:
        yield server.port


@pytest.fixture
def proxy(server: int, way: Way, start: StartProxy) -> Proxy:
    """One that asks the server."""
    way.to(server)
    return start()
