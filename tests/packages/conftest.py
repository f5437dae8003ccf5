"""What `make wheel` made."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests")]


@pytest.fixture(scope="session")
def wheel() -> Path:
    return the_only("*.whl")


@pytest.fixture(scope="session")
def sdist() -> Path:
    return the_only("*.tar.gz")


def the_only(pattern: str) -> Path:
    (found,) = (ROOT / "target" / "wheels").glob(pattern)
    return found
