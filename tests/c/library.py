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
    exported = output_of("nm", "-D", "--defined-only", "--format=posix", release)
    names = sorted(line.split()[0] for line in exported.splitlines())
    checks.equal("library/exports_what_is_recorded", names, sorted(SYMBOLS.read_text().split()))

    dynamic = output_of("readelf", "--dynamic", "--wide", release)
    checks.equal("library/has_its_soname", re.findall(r"\(SONAME\).*\[(.+)\]", dynamic), ["libcfaccess.so"])
    checks.equal("library/is_never_unloaded", "NODELETE" in dynamic, True)
    needed = re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic)
    others = [name for name in needed if not SYSTEM_LIBRARIES.fullmatch(name)]
    checks.equal("library/needs_the_system_only", others, [])
    sections = output_of("readelf", "--sections", "--wide", release)
    checks.equal("library/has_no_symbol_table", ".symtab" in sections, False)
    check_static(checks, release, static)


def check_static(checks: Checks, release: Path, static: Path) -> None:
    if not static.exists():
        checks.skipped("static/api", f"{static} (make build)")
        return
    check_program(checks, "static/api", release, "api.c", static)

    localized = BUILD / "libcfaccess.a"
    subprocess.run([str(LOCALIZE), str(static), str(localized)], check=True)
    exported = output_of("nm", "--extern-only", "--defined-only", "--format=posix", localized)
    names = sorted(line.split()[0] for line in exported.splitlines() if " T " in line)
    checks.equal("static/defines_what_is_recorded", names, sorted(SYMBOLS.read_text().split()))
    checks.equal("static/defines_nothing_else", re.findall(r"^(\S+) [^TU] ", exported, re.MULTILINE), [])
    check_program(checks, "static/localized/api", release, "api.c", localized)
    check_two_libraries(checks, release, localized)


def check_two_libraries(checks: Checks, release: Path, localized: Path) -> None:
    if shutil.which("rustc") is None:
        checks.skipped("static/two_libraries", "rustc")
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
    check_program(checks, "static/two_libraries", release, "two_libraries.c", localized, other)
    check_program(checks, "static/two_libraries_reversed", release, "two_libraries.c", other, localized)


def check_program(checks: Checks, name: str, release: Path, source: str, *archives: Path) -> None:
    program = BUILD / name.replace("/", "-")
    try:
        compile_program(SOURCES / source, program, ("-O2",), (*map(str, archives), *NATIVE_LIBRARIES))
    except BuildFailed as error:
        checks.failed(name, "does not link", str(error))
        return
    needed = re.findall(r"\(NEEDED\).*\[(.+)\]", output_of("readelf", "--dynamic", "--wide", program))
    checks.equal(f"{name}/needs_no_shared_one", [library for library in needed if "cfaccess" in library], [])
    programs.relay(checks, name, run_program([str(program)], Way("plain", ()), release))


def output_of(*command: str | Path) -> str:
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True).stdout
