"""Completions and manual pages are made from the command line, and the shells can read them."""

from __future__ import annotations

import subprocess
from pathlib import Path
from shutil import which

import pytest

from .program import run


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_can_read_its_completions(shell: str, tmp_path: Path) -> None:
    ended = run("completions", shell)

    assert (ended.code, ended.err) == (0, "")
    for word in ("verify", "explain", "doctor", "audience"):
        assert word in ended.out
    if which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    script = tmp_path / "completion"
    script.write_text(ended.out)
    checked = subprocess.run([shell, "-n", script], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_bash_completes_commands(tmp_path: Path) -> None:
    script = tmp_path / "completion"
    script.write_text(run("completions", "bash").out)
    ask = f"""
        source {script}
        COMP_WORDS=(cfaccess ver) COMP_CWORD=1
        _cfaccess cfaccess ver cfaccess
        echo "${{COMPREPLY[@]}}"
    """

    ended = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, check=False)

    assert ended.stdout.split() == ["verify"], ended.stderr


def test_other_shells_are_refused() -> None:
    ended = run("completions", "powershell")

    assert ended.code == 2
    assert "bash, zsh, fish" in ended.err


def test_every_command_has_a_manual_page(tmp_path: Path) -> None:
    assert run("man", str(tmp_path / "man1")).code == 0

    pages = {path.name for path in (tmp_path / "man1").iterdir()}
    assert {"cfaccess.1", "cfaccess-verify.1", "cfaccess-keys-fetch.1"} <= pages
    assert "Exit codes" in (tmp_path / "man1" / "cfaccess.1").read_text()
    if which("man") is None:
        return
    for page in pages:
        shown = subprocess.run(
            ["man", "--warnings", "-l", str(tmp_path / "man1" / page)],
            env={"PATH": "/usr/bin:/bin", "MANPAGER": "cat", "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert shown.returncode == 0
        assert shown.stderr == ""
