"""The four programs: built, started, and asked one question at a time."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "target" / "bench"
INPUTS = OUT / "inputs"
LIBRARY = ROOT / "target" / "release" / "libcfaccess.so"
PYTHON = ROOT / "target" / "venv" / "bin" / "python"
C_PROGRAM, GO_PROGRAM, RUST_PROGRAM = OUT / "rows-c", OUT / "rows-go", OUT / "cargo" / "release" / "rows"
COUNTER = OUT / "libcounter.so"

COMMANDS = {
    "rust": [RUST_PROGRAM, INPUTS],
    "c": [C_PROGRAM, INPUTS],
    "python": [PYTHON, ROOT / "benches" / "python" / "rows.py", INPUTS],
    "go": [GO_PROGRAM, INPUTS],
}
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": str(ROOT / "bindings" / "python" / "src"),
    "CFACCESS_LIBRARY": str(LIBRARY),
}


def build() -> None:
    cargo = {**os.environ, "CARGO_TARGET_DIR": str(OUT / "cargo")}
    _run(["cargo", "build", "--quiet", "--release", "--manifest-path", "benches/Cargo.toml"], env=cargo)
    shutil.copy2(OUT / "cargo" / "release" / "libfloor.so", OUT)

    # A shared library is no part of Go's key for what it has built, and -a would build the world.
    _run(["go", "build", "-C", "benches/go", "-tags=cfaccess_dev", "-o", str(GO_PROGRAM), "."])

    cc = [os.environ.get("CC", "cc"), "-O2", "-Wall", "-Wextra", "-Werror"]
    libraries = [
        f"-L{LIBRARY.parent}",
        f"-L{OUT}",
        f"-Wl,-rpath,{LIBRARY.parent}:{OUT}",
        "-lcfaccess",
        "-lfloor",
    ]
    sources = ["-Iinclude", "-Ibenches/floor", "benches/c/rows.c"]
    _run([*cc, *sources, *libraries, "-o", str(C_PROGRAM)])
    _run([*cc, "-shared", "-fPIC", "benches/c/allocations.c", "-o", str(COUNTER)])


class Program:
    """One of the programs, kept alive so that every row finds it warm."""

    def __init__(self, name: str, **environment: str) -> None:
        self._process = subprocess.Popen(
            COMMANDS[name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            env={**ENVIRONMENT, **environment},
        )

    def ask(self, question: str) -> float:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(question + "\n")
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit(f"benches: no answer to: {question}")
        return float(answer)

    def close(self) -> None:
        self._process.communicate()


def _run(command: list[str], env: dict[str, str] | None = None) -> None:
    subprocess.run(command, cwd=ROOT, env=env, check=True)
