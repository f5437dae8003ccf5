"""The tests of docs/testing.md run as they are printed there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import cfaccess
import pytest
from support import REPOSITORY, plugin

PAGE = (REPOSITORY / "docs" / "testing.md").read_text("utf-8")
SECTIONS = {
    heading: re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    for heading, text in re.findall(r"^### (.*?)\n(.*?)(?=^##|\Z)", PAGE, re.DOTALL | re.MULTILINE)
}
NEEDED = {"Flask": ["flask"], "Django": ["django"], "Starlette and FastAPI": ["fastapi", "httpx2"]}
# The rest of a project.
DJANGO = """
from django.conf import settings

settings.configure(ALLOWED_HOSTS=["testserver"], SECRET_KEY="x" * 50)
"""


@pytest.mark.parametrize("heading", SECTIONS)
def test_the_tests_of_the_page_pass(tmp_path: Path, heading: str) -> None:
    for package in ["cryptography", *NEEDED.get(heading, [])]:
        pytest.importorskip(package, reason=f"the Python package {package} is missing")
    (program,) = SECTIONS[heading]
    (tmp_path / "conftest.py").write_text(DJANGO if heading == "Django" else "")
    (tmp_path / "test_page.py").write_text(program)

    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *plugin(), "-p", "no:cacheprovider", tmp_path],
        env={**os.environ, "PYTHONPATH": str(Path(cfaccess.__file__).parents[1])},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert re.search(r"^\d+ passed in", ended.stdout, re.MULTILINE), ended.stdout
