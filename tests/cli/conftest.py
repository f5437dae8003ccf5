from __future__ import annotations

from pathlib import Path

import pytest

from .stores import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    folder = tmp_path / "store"
    folder.mkdir(mode=0o700)
    return Store(folder)
