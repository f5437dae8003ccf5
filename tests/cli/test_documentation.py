"""docs/cli.md shows what the program prints: its examples are run, `...` being what differs each time."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from shutil import which

import endpoint as fixture
import pytest
from endpoint import Endpoint

from .program import PROGRAM, ROOT, environment

DOCUMENT = ROOT / "docs" / "cli.md"


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as running:
        running.behave(headers=[["Date", formatdate(usegmt=True)]])
        yield running


def console_blocks(text: str) -> list[tuple[str, str]]:
    """Each command and what it prints, in order."""
    blocks = re.findall(r"^```console\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    examples = []
    for block in blocks:
        for example in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, expected = example.partition("\n")
            examples.append((command, expected))
    return examples


def matches(expected: str, printed: str) -> bool:
    """A line that is `...` stands for any lines, and within a line for any text."""
    pattern = ""
    for line in expected.splitlines():
        text = "[^\n]*".join(re.escape(part) for part in line.split("..."))
        pattern += "(?:[^\n]*\n)*" if line == "..." else f"{text}\n"
    return re.fullmatch(pattern, printed) is not None


def test_its_examples_are_true(endpoint: Endpoint, tmp_path: Path) -> None:
    if which("jq") is None:
        jq = tmp_path / "bin" / "jq"
        jq.parent.mkdir()
        jq.write_text(f"#!{sys.executable}\n{JQ}")
        jq.chmod(0o755)
    folder = tmp_path / "work"
    folder.mkdir(mode=0o700)
    (folder / "token").write_text(fixture.token())
    env = environment(
        {
            **endpoint.environment(),
            "PATH": f"{PROGRAM.parent}:{tmp_path / 'bin'}:/usr/bin:/bin",
            "SSL_CERT_FILE": endpoint.ca_file,
            "HOME": str(folder),
            "USER": "ada",
        }
    )
    examples = console_blocks(DOCUMENT.read_text())
    assert examples
    exports = ""
    for command, expected in examples:
        if command.startswith("export "):
            exports += command + "\n"
            continue
        script = f"{exports}\n{command}"
        ended = subprocess.run(
            ["bash", "-c", script],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=60,
        )
        printed = ended.stdout
        if ended.returncode:
            printed += f"[exit code {ended.returncode}]\n"
        assert matches(expected, printed), f"$ {command}\n{printed}\nexpected:\n{expected}"


# Enough of jq for paths such as .claims.email, where it is not installed.
JQ = """
import json, sys
value = json.load(sys.stdin)
for name in sys.argv[-1].strip(".").split("."):
    value = value[name]
print(value)
"""


def test_every_setting_is_told() -> None:
    text = DOCUMENT.read_text()
    for name in (
        "CFACCESS_TEAM",
        "CFACCESS_AUDIENCE",
        "CFACCESS_STORE_URL",
        "NO_COLOR",
        "config.toml",
        "--config",
    ):
        assert name in text
