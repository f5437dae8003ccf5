"""Links between the files of the repository lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# How a text that is shown elsewhere, such as on PyPI, links to a file.
ON_GITHUB = "https://github.com/cfaccess/cfaccess/blob/main/"
NOT_OURS = {"target", "node_modules", ".git"}
TEXTS = [path for path in ROOT.rglob("*.md") if not NOT_OURS & set(path.relative_to(ROOT).parts)]
LINK = re.compile(r"\]\(([^)\s#]+)")


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_a_file(text: Path) -> None:
    broken = [link for link in LINK.findall(text.read_text("utf-8")) if not leads_somewhere(text, link)]

    assert broken == []


def leads_somewhere(text: Path, link: str) -> bool:
    if link.startswith(ON_GITHUB):
        return (ROOT / link.removeprefix(ON_GITHUB)).exists()
    return "://" in link or link.startswith("mailto:") or (text.parent / link).exists()
