"""The programs in docs/revocation.md run as they are printed there."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from test_readme import LIBRARY, ROOT, folder, run, there, token

TEXT = (ROOT / "docs" / "revocation.md").read_text("utf-8")
IS_REVOKED = "user@example.com is calling\nHTTP 401, REVOKED\n"

__all__ = ["folder", "there"]  # fixtures


def program(language: str) -> str:
    """The one program of a language."""
    _, *found = TEXT.split(f"```{language}\n")
    assert len(found) == 1
    return found[0].partition("```")[0]


def test_it_begins_with_what_matters_most() -> None:
    first = TEXT.split("\n\n")[1]
    assert first == "A revocation here ends tokens, and the login lives at Cloudflare: end both."


def test_python(folder: Path, there: dict[str, str]) -> None:
    (folder / "app.py").write_text(program("python"))
    package = {"PYTHONPATH": str(ROOT / "bindings" / "python" / "src"), "CFACCESS_LIBRARY": str(LIBRARY)}

    assert run([sys.executable, "app.py", token(3600)], folder, **there, **package) == IS_REVOKED
    assert "cfaccess.Revoked" in run([sys.executable, "app.py", token(3600)], folder, **there, **package)


def test_go(folder: Path, there: dict[str, str]) -> None:
    if shutil.which("go") is None:
        pytest.skip("go")
    module = "github.com/cfaccess/cfaccess/bindings/go"
    (folder / "main.go").write_text(program("go"))
    replaced = f"require {module} v0.0.0\n\nreplace {module} => {ROOT / 'bindings' / 'go'}"
    (folder / "go.mod").write_text(f"module app\n\ngo 1.24\n\n{replaced}\n")
    assert run(["go", "build", "-tags", "cfaccess_dev", "-o", "app", "."], folder, GOFLAGS="-mod=mod") == ""

    assert run(["./app", token(3600)], folder, **there) == IS_REVOKED
    assert "REVOKED" in run(["./app", token(3600)], folder, **there)


def test_c(folder: Path, there: dict[str, str]) -> None:
    if shutil.which("cc") is None:
        pytest.skip("cc")
    (folder / "app.c").write_text(program("c"))
    library = LIBRARY.parent
    link = [f"-I{ROOT / 'include'}", f"-L{library}", "-lcfaccess", f"-Wl,-rpath,{library}"]
    assert run(["cc", "-Wall", "-Wextra", "-Werror", "app.c", "-o", "app", *link], folder) == ""

    assert run(["./app", token(3600)], folder, **there) == IS_REVOKED
    assert "revoked" in run(["./app", token(3600)], folder, **there)
