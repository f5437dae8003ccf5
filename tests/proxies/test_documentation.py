from __future__ import annotations

import pytest

from .kinds import RECIPES, ROOT

FILES = sorted(path.relative_to(ROOT).as_posix() for path in RECIPES.glob("*/*"))


@pytest.mark.parametrize("file", FILES)
def test_every_file_of_a_recipe_is_linked(file: str) -> None:
    page = (ROOT / "docs" / "forward-auth-proxies.md").read_text()

    assert f"](../{file})" in page
