"""The fixtures, which pytest finds by the entry point of the package. Imports nothing before a test asks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .testing import LocalAccess, LocalKeys, LocalServer


@pytest.fixture(scope="session")
def access_keys() -> LocalKeys:
    """Keys that are made once for a run (for each worker of pytest-xdist)."""
    from .testing import LocalKeys

    return LocalKeys()


@pytest.fixture
def access(access_keys: LocalKeys) -> LocalAccess:
    """Mints tokens, and makes verifiers that accept them."""
    from .testing import LocalAccess

    return LocalAccess(access_keys)


@pytest.fixture
def access_server() -> Iterator[Callable[..., LocalServer]]:
    """Starts `cfaccess local` in front of an application: `access_server("http://127.0.0.1:8000")`.

    Without the program the test is skipped, or fails if the environment says `CFACCESS_TESTING_REQUIRE=1`.
    """
    from .testing._server import LocalServer, NoProgram

    with ExitStack() as servers:

        def start(upstream: str, *arguments: str) -> LocalServer:
            try:
                return servers.enter_context(LocalServer(upstream, arguments))
            except NoProgram as missing:
                if os.environ.get("CFACCESS_TESTING_REQUIRE") == "1":
                    pytest.fail(str(missing))
                pytest.skip(str(missing))

        yield start
