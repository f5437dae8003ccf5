"""The built libraries: what the shared one exports and needs, and that the static one links."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import programs
from checks import Checks
from toolchain import BUILD, ROOT, SOURCES, BuildFailed, Way, compile_program, run_program

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
    check_static(checks, release, static)


def check_static(checks: Checks, release: Path, static: Path) -> None:
    if not static.exists():
        checks.skipped("static/api", f"{static} (make build)")
        return
    program = BUILD / "api-static"
    try:
        compile_program(SOURCES / "api.c", program, ("-O2",), (str(static), *NATIVE_LIBRARIES))
    except BuildFailed as error:
        checks.failed("static/api", "does not link", str(error))
        return
    needed = re.findall(r"\(NEEDED\).*\[(.+)\]", output_of("readelf", "--dynamic", "--wide", program))
    checks.equal("static/api/needs_the_static_one_only", [name for name in needed if "cfaccess" in name], [])
    programs.relay(checks, "static/api", run_program([str(program)], Way("plain", ()), release))


def output_of(*command: str | Path) -> str:
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True).stdout
