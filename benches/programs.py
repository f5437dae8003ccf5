"""The programs: built, started, and asked one question at a time."""

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
LIBJWT_PROGRAM, SCALE_PROGRAM, LIVED_PROGRAM = OUT / "rows-libjwt", OUT / "scale", OUT / "lived"
LOAD_PROGRAM = OUT / "load"
CLI_PROGRAM = Path(os.environ.get("CFACCESS_PROGRAM", ROOT / "target" / "cli" / "release" / "cfaccess"))
NODE = OUT / "node"
COUNTER = OUT / "libcounter.so"

COMMANDS: dict[str, list[str | Path]] = {
    "rust": [RUST_PROGRAM, INPUTS],
    "c": [C_PROGRAM, INPUTS],
    "libjwt": [LIBJWT_PROGRAM, INPUTS],
    "python": [PYTHON, ROOT / "benches" / "python" / "rows.py", INPUTS],
    "go": [GO_PROGRAM, INPUTS],
    "servers": [PYTHON, ROOT / "benches" / "python" / "servers.py", LOAD_PROGRAM, INPUTS],
    "node": ["node", NODE / "rows.mjs", INPUTS],
}
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": str(ROOT / "bindings" / "python" / "src"),
    "CFACCESS_LIBRARY": str(LIBRARY),
}


def available() -> list[str]:
    """All programs but those of peers that are not installed."""
    missing = {"libjwt": not LIBJWT_PROGRAM.exists(), "node": not (NODE / "node_modules").exists()}
    return [name for name in COMMANDS if not missing.get(name)]


def build() -> None:
    cargo = {**os.environ, "CARGO_TARGET_DIR": str(OUT / "cargo")}
    _run(["cargo", "build", "--quiet", "--release", "--manifest-path", "benches/Cargo.toml"], env=cargo)
    shutil.copy2(OUT / "cargo" / "release" / "libfloor.so", OUT)

    # A shared library is no part of Go's key for what it has built, and -a would build the world.
    _run(["go", "build", "-C", "benches/go", "-tags=cfaccess_dev", "-o", str(GO_PROGRAM), "."])

    build_load()
    _build_c()
    _build_node()


def build_load() -> None:
    _run(["go", "build", "-C", "benches/go", "-o", str(LOAD_PROGRAM), "./load"])


def build_scale() -> None:
    _cc(SCALE_PROGRAM, "scale", "loop", "inputs", "verifiers", libraries=["cfaccess"])


def _build_c() -> None:
    _cc(C_PROGRAM, "rows", "main", "loop", "inputs", "verifiers", libraries=["cfaccess", "floor"])
    build_scale()
    _cc(LIVED_PROGRAM, "lived", "loop", "inputs", "verifiers", libraries=["cfaccess"])
    LIBJWT_PROGRAM.unlink(missing_ok=True)
    if subprocess.run(["pkg-config", "--exists", "libjwt"], check=False).returncode == 0:
        _cc(LIBJWT_PROGRAM, "libjwt", "main", "loop", "inputs", libraries=["jwt"])
    else:
        print("not measured: libjwt, since it is not installed (Debian: apt-get install libjwt-dev)")
    _cc(COUNTER, "allocations", options=["-shared", "-fPIC"])


def _cc(
    out: Path, *sources: str, libraries: list[str] | None = None, options: list[str] | None = None
) -> None:
    command = [os.environ.get("CC", "cc"), "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-pthread"]
    command += [
        *(options or []),
        "-Iinclude",
        "-Ibenches/floor",
        *(f"benches/c/{name}.c" for name in sources),
    ]
    command += [f"-L{LIBRARY.parent}", f"-L{OUT}", f"-Wl,-rpath,{LIBRARY.parent}:{OUT}"]
    _run([*command, *(f"-l{name}" for name in libraries or []), "-o", str(out)])


def _build_node() -> None:
    if shutil.which("node") is None or shutil.which("npm") is None:
        shutil.rmtree(NODE, ignore_errors=True)
        print("not measured: the libraries of Node, since it is not installed (https://nodejs.org)")
        return
    shutil.copytree(ROOT / "benches" / "node", NODE, dirs_exist_ok=True)
    pins = (NODE / "package-lock.json").read_text()
    stamp = NODE / "node_modules" / "made-from"
    if not stamp.exists() or stamp.read_text() != pins:
        _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", "--prefix", str(NODE)])
        stamp.write_text(pins)


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


def numbers(program: Path, count: int) -> dict[str, float]:
    """The output of a program that answers no questions: a name and a number in each line."""
    done = subprocess.run([program, INPUTS, str(count)], stdout=subprocess.PIPE, text=True, check=True)
    return {name: float(number) for name, number in (line.split() for line in done.stdout.splitlines())}


def _run(command: list[str], env: dict[str, str] | None = None) -> None:
    subprocess.run(command, cwd=ROOT, env=env, check=True)
