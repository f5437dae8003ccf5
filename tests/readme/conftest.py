"""Where the printed programs run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from printed import LIBRARY, Endpoint


@pytest.fixture(scope="module")
def there() -> Iterator[dict[str, str]]:
    """The environment in which the team's endpoint is one of ours."""
    with Endpoint() as endpoint:
        yield {**endpoint.environment(), "SSL_CERT_FILE": endpoint.ca_file}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    if not LIBRARY.exists():
        pytest.skip("target/release/libcfaccess.so (make build)")
    return tmp_path
