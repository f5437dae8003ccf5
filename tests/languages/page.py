"""The programs of bindings/README.md, each made ready as the page says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from clients import environments

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "bindings" / "README.md"
LIBRARY = ROOT / "target" / "release" / "libcfaccess.so"
SONAME = "libcfaccess.so.0.1"
# A title, the line that calls the program, and the program.
SECTION = re.compile(
    r"^##+ (?P<name>\w+)\n[^#]*?`(?P<command>[^`\n]+) TEAM AUDIENCE`.*?```\w+\n(?P<source>.*?)```",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Ended:
    """What a program printed, its status, and the most memory in bytes that it was seen to hold."""

    lines: Sequence[str]
    errors: str
    status: int
    peak: int


@dataclass(frozen=True)
class Program:
    """A program of the page."""

    name: str
    command: Sequence[str]
    source: str

    def prepare(self, folder: Path) -> None:
        """Puts it into a folder, and the library next to it under the name that it is installed by."""
        if shutil.which(self.command[0]) is None:
            environments.missing(f"{self.command[0]} is missing")
        (folder / SONAME).symlink_to(LIBRARY)
        (folder / self.command[-1]).write_text(self.source, "utf-8")
        if self.name == "Node":
            packages = environments.npm("languages", Path(__file__).parent / "node")
            (folder / "node_modules").symlink_to(packages / "node_modules")
        if "cfaccess.i" in self.source:
            _preprocess(folder)

    def run(
        self, folder: Path, environment: Mapping[str, str], tokens: Sequence[str], *arguments: str
    ) -> Ended:
        """Runs it with the tokens as its standard input."""
        given, printed, errors = (folder / name for name in ("tokens", "printed", "errors"))
        given.write_text("".join(f"{token}\n" for token in tokens), "utf-8")
        with given.open() as stdin, printed.open("w") as stdout, errors.open("w") as stderr:
            process = subprocess.Popen(
                [*self.command, *arguments],
                cwd=folder,
                env={**os.environ, "LD_LIBRARY_PATH": str(folder), **environment},
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
            )
            peak = 0
            while process.poll() is None:
                peak = max(peak, _peak(process.pid))
                time.sleep(0.01)
        lines = printed.read_text("utf-8").splitlines()
        return Ended(lines, errors.read_text("utf-8"), process.returncode, peak)

    def without(self, call: str) -> Program:
        """The program less the line that makes this call."""
        lines = self.source.splitlines(keepends=True)
        kept = [line for line in lines if call not in line]
        assert len(kept) == len(lines) - 1
        return Program(self.name, self.command, "".join(kept))


def programs() -> list[Program]:
    """In the order of the page."""
    return [
        Program(found["name"], found["command"].split(), found["source"])
        for found in SECTION.finditer(PAGE.read_text("utf-8"))
    ]


def _peak(process: int) -> int:
    """The most memory since the program began; 0 once it has ended."""
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


def _preprocess(folder: Path) -> None:
    """Runs the command that the page gives."""
    (command,) = re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    environment = {**os.environ, "CPATH": str(ROOT / "include")}
    subprocess.run(["sh", "-ec", command], cwd=folder, env=environment, check=True)
