from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest
from endpoint import Endpoint

from .server import MODULE, Nginx
from .upstream import Upstream


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not MODULE.exists():
        for item in items:
            item.add_marker(pytest.mark.skip(reason=f"{MODULE} is missing: make nginx"))


class StartNginx(Protocol):
    """Starts an nginx that ends with the test."""

    def __call__(self, server: str, http: str = "", main: str = "") -> Nginx: ...


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as endpoint:
        yield endpoint


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream() as upstream:
        yield upstream


@pytest.fixture
def start(tmp_path: Path) -> Iterator[StartNginx]:
    with ExitStack() as running:

        def start(server: str, http: str = "", main: str = "") -> Nginx:
            folder = tmp_path / f"nginx-{len(os.listdir(tmp_path))}"
            folder.mkdir()
            return running.enter_context(Nginx(folder, server, http, main))

        yield start
