"""Which library is loaded, and what the error says if none can be."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import cfaccess
import pytest
import support
from cfaccess import _library

PACKAGE = Path(cfaccess.__file__).parent


def import_error(parent: Path, library: str | None, python: str = sys.executable, before: str = "") -> str:
    """What `import cfaccess` says in a new process; empty if it succeeds."""
    environment = {name: value for name, value in os.environ.items() if name != "CFACCESS_LIBRARY"}
    if library is not None:
        environment["CFACCESS_LIBRARY"] = library
    run = subprocess.run(
        [python, "-c", f"import sys; sys.path.insert(0, {str(parent)!r})\n{before}\nimport cfaccess"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return run.stderr.splitlines()[-1] if run.returncode else ""


def copied(destination: Path) -> Path:
    """The package without a library."""
    shutil.copytree(PACKAGE, destination / "cfaccess", ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    return destination


def test_library_in_the_package_is_loaded(tmp_path: Path) -> None:
    parent = copied(tmp_path)
    shutil.copy(_library.LIBRARY_PATH, parent / "cfaccess" / "libcfaccess.so")

    assert import_error(parent, library=None) == ""
    assert import_error(parent, library="") == ""


def test_missing_library_is_named(tmp_path: Path) -> None:
    parent = copied(tmp_path)

    said = import_error(parent, library=None)

    assert said.startswith("ImportError: cfaccess: the shared library is missing")
    assert str(parent / "cfaccess" / "libcfaccess.so") in said
    assert "CFACCESS_LIBRARY" in said


def test_named_library_is_never_replaced_by_another(tmp_path: Path) -> None:
    parent = copied(tmp_path)
    shutil.copy(_library.LIBRARY_PATH, parent / "cfaccess" / "libcfaccess.so")

    said = import_error(parent, library=str(tmp_path / "absent.so"))

    assert f"tried {tmp_path / 'absent.so'} (CFACCESS_LIBRARY)" in said


def test_relative_library_is_refused(tmp_path: Path) -> None:
    said = import_error(copied(tmp_path), library="libcfaccess.so")

    assert "CFACCESS_LIBRARY must be an absolute path" in said


def test_file_that_is_no_library_is_named(tmp_path: Path) -> None:
    text = tmp_path / "text.so"
    text.write_text("not a library")

    said = import_error(copied(tmp_path), library=str(text))

    assert f"the shared library cannot be loaded; tried {text}" in said


def test_library_of_something_else_is_named(tmp_path: Path) -> None:
    import _ctypes

    said = import_error(copied(tmp_path), library=_ctypes.__file__)

    assert f"{_ctypes.__file__} has no function cfaccess_version_number" in said


def test_other_pythons_are_refused_in_a_sentence() -> None:
    pretend = "import sys; sys.implementation.name = 'pypy'"

    said = import_error(PACKAGE.parent, library=None, before=pretend)

    assert said == "ImportError: cfaccess: this is pypy, and the package works in CPython only"


@pytest.mark.skipif(shutil.which("pypy3") is None, reason="pypy3 is missing")
def test_pypy_is_refused_in_a_sentence() -> None:
    said = import_error(PACKAGE.parent, library=None, python="pypy3")

    assert said == "ImportError: cfaccess: this is pypy, and the package works in CPython only"


def test_package_imports_no_framework() -> None:
    program = "import sys, cfaccess, cfaccess.asgi, cfaccess.flask, cfaccess.wsgi; print(*sys.modules)"

    imported = support.output_with(Path(_library.LIBRARY_PATH), program).split()

    assert not {"aiohttp", "asgiref", "django", "fastapi", "flask", "starlette", "werkzeug"} & set(imported)
