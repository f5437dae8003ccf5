"""Runs `make install-library` into a folder, and checks what is there and that the README's commands use it.

Prints `PASS name`, `FAIL name: why` or `SKIP name: what is missing` for each check.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import library
import programs
import tokens
from checks import Checks
from toolchain import BUILD, ROOT, SOURCES

DESTDIR = BUILD / "install"
LOCAL = DESTDIR / "usr" / "local"
LIB = LOCAL / "lib"
SHARED = LIB / "libcfaccess.so"
STATIC = LIB / "libcfaccess.a"
# Where the README's commands find their app.c.
APP = BUILD / "app"
INSTALLED = SOURCES / "installed.txt"
CARGO_C = ROOT / "target" / "tools" / "cargo-c" / "bin"

(VERSION,) = re.findall(r'^version = "(.*)"$', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)
MAJOR, MINOR, _ = VERSION.split(".")
SONAME = "libcfaccess.so." + (f"0.{MINOR}" if MAJOR == "0" else MAJOR)

# Shows its own processes the machine as it is after `make install-library` and ldconfig: $1 lies in
# /usr/local, and what ldconfig writes to /etc goes to $2.
AS_INSTALLED = """
set -e
mount -t tmpfs tmpfs "$2"
mkdir "$2/changed" "$2/work"
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$2/changed,workdir=$2/work" /etc
mount --bind "$1" /usr/local
PATH=$PATH:/usr/sbin:/sbin
ldconfig
shift 2
"$@"
"""


@dataclass(frozen=True)
class Place:
    """Where commands are run: with what in front, in what environment, and where they find the header."""

    name: str
    include: Path
    runner: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


def main() -> int:
    checks = Checks()
    path, missing = path_with_cargo_c()
    if missing:
        checks.skipped("install", missing)
        return 0
    shutil.rmtree(DESTDIR, ignore_errors=True)
    command = ["make", "--no-print-directory", "install-library", "prefix=/usr/local", f"DESTDIR={DESTDIR}"]
    if subprocess.run(command, cwd=ROOT, env={**os.environ, "PATH": path}, check=False).returncode != 0:
        checks.failed("install", "make install-library failed")
        return 1

    check_files(checks)
    library.check_shared(checks, "install/library", SHARED, SONAME)
    library.check_localized(checks, "install/static", STATIC)
    tokens.write_header(BUILD / "tokens.h", ROOT / "tests" / "vectors")
    library.check_two_libraries(checks, "install/static", SHARED, STATIC)
    check_pkg_config(checks)
    check_readme(checks)
    return 1 if checks.any_failed else 0


def path_with_cargo_c() -> tuple[str, str]:
    """A PATH with cargo-c, and what is missing where there is none."""
    path = os.environ["PATH"]
    required = ["tools/require.sh", "cargo-c"]
    if subprocess.run(required, cwd=ROOT, capture_output=True, check=False).returncode == 0:
        return path, ""
    fetched = subprocess.run([ROOT / "tools" / "cargo_c.sh"], stderr=subprocess.PIPE, text=True, check=False)
    missing = fetched.stderr.strip() or "tools/cargo_c.sh failed" if fetched.returncode else ""
    return f"{CARGO_C}{os.pathsep}{path}", missing


def check_files(checks: Checks) -> None:
    found = {
        str(path.relative_to(DESTDIR)): os.readlink(path) if path.is_symlink() else "a file"
        for path in DESTDIR.rglob("*")
        if path.is_symlink() or not path.is_dir()
    }
    recorded = (
        line.split(" -> ")
        for line in INSTALLED.read_text().format(version=VERSION, soname=SONAME).splitlines()
    )
    expected = {path: target[0] if target else "a file" for path, *target in recorded}
    checks.equal("install/files", dict(sorted(found.items())), expected)
    for path, what in found.items():
        if what == "a file":
            checks.equal(
                f"install/names_no_folder_of_the_build/{Path(path).name}", paths_in(DESTDIR / path), []
            )
    header = (LOCAL / "include" / "cfaccess.h").read_bytes()
    checks.equal("install/header", header == (ROOT / "include" / "cfaccess.h").read_bytes(), True)


def paths_in(file: Path) -> list[str]:
    """The folders in which it was built, as far as they occur in a file."""
    content = file.read_bytes()
    cargo = os.environ.get("CARGO_HOME") or str(Path.home() / ".cargo")
    return [folder for folder in (str(ROOT), cargo) if os.fsencode(folder) in content]


def check_pkg_config(checks: Checks) -> None:
    libraries = "-L/usr/local/lib -lcfaccess"
    environment = {**os.environ, "PKG_CONFIG_LIBDIR": str(LIB / "pkgconfig")}
    for name, options, expected in (
        ("version", ["--modversion"], VERSION),
        ("cflags", ["--cflags"], "-I/usr/local/include"),
        ("libs", ["--libs"], libraries),
        ("static", ["--static", "--libs"], " ".join([libraries, *library.NATIVE_LIBRARIES])),
    ):
        command = ["pkg-config", *options, "cfaccess"]
        outcome = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        checks.equal(f"install/pkg_config/{name}", (outcome.stdout or outcome.stderr).strip(), expected)

    command = ["pkg-config", "--define-prefix", "--cflags", "--libs", "cfaccess"]
    moved = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False
    ).stdout.split()
    checks.equal("install/pkg_config/moved", moved, [f"-I{LOCAL}/include", f"-L{LIB}", "-lcfaccess"])


def check_readme(checks: Checks) -> None:
    """Compiles a program with each command of the README that uses what is installed, and runs it."""
    shutil.rmtree(APP, ignore_errors=True)
    (APP / "etc").mkdir(parents=True)
    shutil.copy(SOURCES / "api.c", APP / "app.c")
    for header in (SOURCES / "support.h", BUILD / "tokens.h"):
        shutil.copy(header, APP)

    told = {
        "PKG_CONFIG_LIBDIR": str(LIB / "pkgconfig"),
        "PKG_CONFIG_SYSROOT_DIR": str(DESTDIR),
        "LD_LIBRARY_PATH": str(LIB),
    }
    in_a_folder = Place("in_a_folder", LOCAL / "include", environment=told)
    become_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    apart = ["unshare", *become_root, "--mount", "sh", "-c", AS_INSTALLED, "sh"]
    runner = [*apart, str(LOCAL), str(APP / "etc")]
    in_usr_local = Place("in_usr_local", Path("/usr/local/include"), runner)
    missing = "" if can_run(runner) else "mount namespaces (unshare)"

    commands = re.findall(r"`(cc app\.c [^`]*)`", (ROOT / "README.md").read_text())
    installed = [command for command in commands if "-Iinclude" not in command]
    checks.equal("install/readme_has_commands", len(installed), 3)
    for command in installed:
        if "pkg-config" in command:
            check_command(checks, in_a_folder, command)
        if missing:
            checks.skipped(f"install/in_usr_local/{short(command)}", missing)
        else:
            check_command(checks, in_usr_local, command)


def can_run(runner: Sequence[str]) -> bool:
    try:
        return subprocess.run([*runner, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def check_command(checks: Checks, place: Place, command: str) -> None:
    name = f"install/{place.name}/{short(command)}"
    program, dependencies = APP / "a.out", APP / "app.d"
    program.unlink(missing_ok=True)
    outcome = subprocess.run(
        [*place.runner, "sh", "-c", f"{command} -MD -MF {dependencies.name} && ./{program.name}"],
        cwd=APP,
        env={**os.environ, **place.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if not program.exists():
        checks.failed(name, "does not compile", outcome.stderr)
        return
    headers = re.findall(r"\S*/cfaccess\.h", dependencies.read_text())
    checks.equal(f"{name}/header", headers, [str(place.include / "cfaccess.h")])
    shared = [needed for needed in library.needed_by(program) if "cfaccess" in needed]
    checks.equal(f"{name}/needs", shared, [] if short(command) == "static" else [SONAME])
    programs.relay(checks, name, outcome)


def short(command: str) -> str:
    if ":libcfaccess.a" in command:
        return "static"
    return "pkg_config" if "pkg-config" in command else "plain"


if __name__ == "__main__":
    sys.exit(main())
