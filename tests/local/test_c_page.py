"""The section "C" of docs/testing.md is run as it is printed there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from .program import PROGRAM, ROOT, environment

PAGE = (ROOT / "docs" / "testing.md").read_text("utf-8")
SECTION = re.split(r"^## ", PAGE.partition("\n## C\n")[2], flags=re.MULTILINE)[0]
LIBRARY = Path(os.environ.get("CFACCESS_LIBRARY", ROOT / "target" / "release" / "libcfaccess.so"))

pytestmark = [
    pytest.mark.skipif(not LIBRARY.exists(), reason=f"{LIBRARY} is missing: make build"),
    pytest.mark.skipif(shutil.which("cc") is None, reason="cc is missing"),
]


def block(language: str) -> str:
    (text,) = re.findall(rf"^```{language}\n(.*?)^```$", SECTION, re.DOTALL | re.MULTILINE)
    return str(text)


def run(folder: Path, program: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_hello.c").write_text(program)
    return subprocess.run(
        ["sh", "-eu", "-c", block("sh")],
        cwd=folder,
        env=environment(
            {
                "PATH": f"{PROGRAM.parent}:{os.environ['PATH']}",
                "CPATH": str(ROOT / "include"),
                "LIBRARY_PATH": str(LIBRARY.parent),
                "LD_LIBRARY_PATH": str(LIBRARY.parent),
            }
        ),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_test_of_the_page_passes(tmp_path: Path) -> None:
    ended = run(tmp_path, block("c"))

    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("STATUS_EXPIRED,", "STATUS_OK,"), ('"hello, grace', '"hello, ada'), ('"cfaccess-local"', '"acme"')],
)
def test_it_fails_where_something_else_is_answered(tmp_path: Path, right: str, wrong: str) -> None:
    program = block("c")
    assert program.count(right) == 1

    ended = run(tmp_path, program.replace(right, wrong))

    assert ended.returncode == (2 if wrong == '"acme"' else 1), ended.stderr
