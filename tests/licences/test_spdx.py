from __future__ import annotations

import pytest

from .spdx import FOR_TOOLS, PERMISSIVE, accepts


@pytest.mark.parametrize(
    "expression",
    [
        "MIT",
        "MIT OR Apache-2.0",
        "MIT/Apache-2.0",
        "GPL-3.0-only OR MIT",
        "ISC AND (Apache-2.0 OR OpenSSL)",
        "(MIT OR Apache-2.0) AND Unicode-3.0",
        "Apache-2.0 WITH LLVM-exception OR GPL-2.0-only",
    ],
)
def test_welcome(expression: str) -> None:
    assert accepts(expression, PERMISSIVE)


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "GPL-3.0-only",
        "MIT AND GPL-3.0-only",
        "ISC AND (GPL-3.0-only OR OpenSSL)",
        "Apache-2.0 WITH Other-exception",
        "MIT OR",
        "(MIT",
        "MIT MIT",
        "MIT )",
        "MIT, see the file",
    ],
)
def test_not_welcome(expression: str) -> None:
    assert not accepts(expression, PERMISSIVE)


def test_a_copyleft_of_files_is_welcome_in_tools_only() -> None:
    assert accepts("MPL-2.0", FOR_TOOLS)
    assert not accepts("MPL-2.0", PERMISSIVE)
