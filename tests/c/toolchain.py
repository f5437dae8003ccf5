"""How the programs are built and run, and what this machine has for it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "tests" / "c"
SUPPRESSIONS = ROOT / "tools" / "suppressions"
BUILD = ROOT / "target" / "c-tests"

C = os.environ.get("CC", "cc")
CXX = os.environ.get("CXX", "c++")
STRICT = ("-Wall", "-Wextra", "-Wpedantic", "-Werror")
MINUTES = 10


@dataclass(frozen=True)
class Way:
    """One way of building and running every program."""

    name: str
    flags: Sequence[str]
    runner: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    missing: str = ""
    """What this machine lacks for it, by name."""


class BuildFailed(Exception):
    """The compiler's words."""


def ways() -> list[Way]:
    sanitizers = ("-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
    tsan = ("-O1", "-g", "-fsanitize=thread")
    valgrind = (
        "valgrind",
        "--quiet",
        "--leak-check=full",
        "--show-leak-kinds=definite,indirect",
        "--errors-for-leak-kinds=definite,indirect",
        "--error-exitcode=99",
    )
    return [
        Way("plain", ("-O2",)),
        Way(
            "sanitizers",
            sanitizers,
            environment={
                "ASAN_OPTIONS": "detect_leaks=1",
                "LSAN_OPTIONS": f"suppressions={SUPPRESSIONS / 'lsan.supp'}:print_suppressions=0",
                "UBSAN_OPTIONS": "print_stacktrace=1",
            },
            missing="" if links("int main(void) { return 0; }", *sanitizers) else "libasan and libubsan",
        ),
        Way(
            "valgrind",
            ("-O2", "-g"),
            valgrind,
            environment={"CFACCESS_TEST_SLOWNESS": "20"},
            missing="" if shutil.which("valgrind") else "valgrind",
        ),
        *(thread_checker(tool) for tool in ("helgrind", "drd")),
        Way(
            "tsan",
            tsan,
            environment={
                "TSAN_OPTIONS": f"suppressions={SUPPRESSIONS / 'tsan.supp'}",
                "CFACCESS_TEST_SLOWNESS": "20",
            },
            missing="" if links("int main(void) { return 0; }", *tsan) else "libtsan",
        ),
    ]


def thread_checker(tool: str) -> Way:
    """With the suppressions that the library offers to its users."""
    return Way(
        tool,
        ("-O2", "-g"),
        (
            "valgrind",
            "--quiet",
            f"--tool={tool}",
            f"--suppressions={SUPPRESSIONS / tool}.supp",
            "--error-exitcode=99",
        ),
        environment={"CFACCESS_TEST_SLOWNESS": "100"},
        missing="" if shutil.which("valgrind") else "valgrind",
    )


def links(code: str, *flags: str) -> bool:
    """Whether this machine has what these flags ask for."""
    BUILD.mkdir(parents=True, exist_ok=True)
    source = BUILD / "probe.c"
    source.write_text(code)
    command = [C, str(source), "-o", str(BUILD / "probe"), *flags]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def compile_program(source: Path, program: Path, flags: Sequence[str], libraries: Sequence[str]) -> None:
    """Builds a program from one file, as C11 or C++17, with every warning an error."""
    compiler = [CXX, "-std=c++17"] if source.suffix == ".cpp" else [C, "-std=c11"]
    folders = [f"-I{ROOT / 'include'}", f"-I{BUILD}"]
    command = [*compiler, *STRICT, *flags, *folders, str(source), "-o", str(program), "-pthread", *libraries]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    if outcome.returncode != 0:
        raise BuildFailed(outcome.stderr or f"{compiler[0]} ended with status {outcome.returncode}")


def run_program(
    command: Sequence[str], way: Way, library: Path, more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs a program with this shared library and `more` in its environment; one that hangs is ended."""
    environment = {**os.environ, **way.environment, **(more or {}), "LD_LIBRARY_PATH": str(library.parent)}
    try:
        return subprocess.run(
            [*way.runner, *command],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=MINUTES * 60,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", f"ended after {MINUTES} minutes")
