from __future__ import annotations

import time
from pathlib import Path

import pytest
from endpoint import Endpoint

from .application import Application
from .conftest import StartProxy
from .server import missing, running_server
from .tokens import person
from .way import Way


@pytest.mark.skipif(missing() is not None, reason=missing() or "")
def test_a_server_without_keys_lets_nothing_pass(
    start: StartProxy, way: Way, application: Application, tmp_path: Path
) -> None:
    proxy = start()
    with Endpoint() as endpoint:
        endpoint.behave("stalled")
        with running_server(tmp_path, endpoint, ready=False) as server:
            way.to(server.port)
            begun = time.monotonic()

            answer = proxy.ask(headers=[person()])

            assert answer.status == 503
            assert time.monotonic() - begun < 1
            assert application.got == []
