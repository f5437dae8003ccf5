"""The programs in docs/revocation.md run as they are printed there."""

from __future__ import annotations

from pathlib import Path

import pytest
from printed import ROOT, Program, token

PAGE = ROOT / "docs" / "revocation.md"
IS_REVOKED = "user@example.com is calling\nHTTP 401, REVOKED\n"


def test_it_begins_with_what_matters_most() -> None:
    first = PAGE.read_text("utf-8").split("\n\n")[1]
    assert first == "A revocation here ends tokens, and the login lives at Cloudflare: end both."


@pytest.mark.parametrize(
    ("language", "refused"), [("python", "cfaccess.Revoked"), ("go", "REVOKED"), ("c", "revoked")]
)
def test_program(language: str, refused: str, folder: Path, there: dict[str, str]) -> None:
    program = Program(PAGE, language, folder, there)
    assert program.run(token(3600)) == IS_REVOKED
    assert refused in program.run(token(3600))
