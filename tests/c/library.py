"""The built libraries: what the shared one exports and needs, and that the static one links."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import programs
from checks import Checks
from toolchain import BUILD, ROOT, SOURCES, BuildFailed, Way, compile_program, run_program

LOCALIZE = ROOT / "tools" / "localize.sh"
SYMBOLS = ROOT / "tests" / "abi" / "symbols.txt"
# What `cargo rustc -- --print native-static-libs` says for Linux with glibc; that it is all, the link shows.
NATIVE_LIBRARIES = ("-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl", "-lc")
# What every Linux with glibc has; the loader is named after its machine.
SYSTEM_LIBRARIES = re.compile(r"libc\.so\.6|libgcc_s\.so\.1|libm\.so\.6|ld-linux-.+")


def check(checks: Checks, release: Path, static: Path) -> None:
    check_shared(checks, "library", release, "libcfaccess.so")
    if not static.exists():
        checks.skipped("static/api", f"{static} (make build)")
        return
    check_program(checks, "static/api", release, "api.c", static)

    localized = BUILD / "libcfaccess.a"
    subprocess.run([str(LOCALIZE), str(static), str(localized)], check=True)
    check_localized(checks, "static", localized)
    check_program(checks, "static/localized/api", release, "api.c", localized)
    check_two_libraries(checks, "static", release, localized)


def check_shared(checks: Checks, name: str, shared: Path, soname: str) -> None:
    exported = output_of("nm", "-D", "--defined-only", "--format=posix", shared)
    names = sorted(line.split()[0] for line in exported.splitlines())
    checks.equal(f"{name}/exports_what_is_recorded", names, sorted(SYMBOLS.read_text().split()))

    dynamic = output_of("readelf", "--dynamic", "--wide", shared)
    checks.equal(f"{name}/has_its_soname", re.findall(r"\(SONAME\).*\[(.+)\]", dynamic), [soname])
    checks.equal(f"{name}/is_never_unloaded", "NODELETE" in dynamic, True)
    checks.equal(f"{name}/is_bound_at_once", "BIND_NOW" in dynamic, True)
    weak = re.findall(r"\((RPATH|RUNPATH|TEXTREL)\)", dynamic)
    checks.equal(f"{name}/has_neither_search_path_nor_text_relocations", weak, [])
    segments = output_of("readelf", "--segments", "--wide", shared)
    checks.equal(f"{name}/becomes_read_only_after_relocation", "GNU_RELRO" in segments, True)
    stack = re.findall(r"GNU_STACK(?:\s+0x\w+){5}\s+([RWE]+)", segments)
    checks.equal(f"{name}/has_no_executable_stack", stack, ["RW"])
    others = [needed for needed in needed_by(shared) if not SYSTEM_LIBRARIES.fullmatch(needed)]
    checks.equal(f"{name}/needs_the_system_only", others, [])
    sections = output_of("readelf", "--sections", "--wide", shared)
    checks.equal(f"{name}/has_no_symbol_table", ".symtab" in sections, False)


def check_localized(checks: Checks, name: str, archive: Path) -> None:
    exported = output_of("nm", "--extern-only", "--defined-only", "--format=posix", archive)
    names = sorted(line.split()[0] for line in exported.splitlines() if " T " in line)
    checks.equal(f"{name}/defines_what_is_recorded", names, sorted(SYMBOLS.read_text().split()))
    checks.equal(f"{name}/defines_nothing_else", re.findall(r"^(\S+) [^TU] ", exported, re.MULTILINE), [])


def check_two_libraries(checks: Checks, name: str, release: Path, localized: Path) -> None:
    if shutil.which("rustc") is None:
        checks.skipped(f"{name}/two_libraries", "rustc")
        return
    other = BUILD / "libother.a"
    command = [
        "rustc",
        "--edition=2024",
        "--crate-type=staticlib",
        str(SOURCES / "other_library.rs"),
        "-o",
        str(other),
    ]
    subprocess.run(command, check=True)
    check_program(checks, f"{name}/two_libraries", release, "two_libraries.c", localized, other)
    reversed_name = f"{name}/two_libraries_reversed"
    check_program(checks, reversed_name, release, "two_libraries.c", other, localized)


def check_program(checks: Checks, name: str, release: Path, source: str, *archives: Path) -> None:
    program = BUILD / name.replace("/", "-")
    try:
        compile_program(SOURCES / source, program, ("-O2",), (*map(str, archives), *NATIVE_LIBRARIES))
    except BuildFailed as error:
        checks.failed(name, "does not link", str(error))
        return
    shared = [library for library in needed_by(program) if "cfaccess" in library]
    checks.equal(f"{name}/needs_no_shared_one", shared, [])
    programs.relay(checks, name, run_program([str(program)], Way("plain", ()), release))


def needed_by(program: Path) -> list[str]:
    return re.findall(r"\(NEEDED\).*\[(.+)\]", output_of("readelf", "--dynamic", "--wide", program))


def output_of(*command: str | Path) -> str:
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True).stdout
