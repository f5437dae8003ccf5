"""`make install-cli` puts the program, its manual pages and its completions where they are looked for."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from .program import ROOT, run


def test_the_program_is_installed(tmp_path: Path) -> None:
    command = ["make", "--no-print-directory", "install-cli", "prefix=/usr", f"DESTDIR={tmp_path}"]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr

    found = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert {
        "usr/bin/cfaccess",
        "usr/share/man/man1/cfaccess.1",
        "usr/share/man/man1/cfaccess-revoke-user.1",
        "usr/share/bash-completion/completions/cfaccess",
        "usr/share/zsh/site-functions/_cfaccess",
        "usr/share/fish/vendor_completions.d/cfaccess.fish",
    } <= found
    assert not [name for name in found if not name.startswith(("usr/bin/", "usr/share/"))]
    program = tmp_path / "usr" / "bin" / "cfaccess"
    assert os.access(program, os.X_OK)
    assert run("--version", program=program).out == run("--version").out
    assert run("revoke", "user", "ada@example.com", program=program).code == 2


def test_it_needs_nothing_but_the_c_library(tmp_path: Path) -> None:
    program = ROOT / "target" / "cli" / "release" / "cfaccess"
    needed = subprocess.run(["readelf", "-d", program], capture_output=True, text=True, check=True).stdout
    libraries = {line.split("[")[1].rstrip("]") for line in needed.splitlines() if "(NEEDED)" in line}

    of_the_system = ("libc.so", "libm.so", "libgcc_s.so", "ld-linux")
    assert {name for name in libraries if not name.startswith(of_the_system)} == set()
