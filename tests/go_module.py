"""What a user of the Go module meets who has no checkout of the project.

Copies the module to a folder of its own, with a pkg-config file for the library in target/release, and prints
`PASS name` or `FAIL name: why` for each check. usage: python tests/go_module.py
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Callable

ROOT = Path(__file__).resolve().parents[1]
MODULE = ROOT / "bindings" / "go"
LIBRARIES = ROOT / "target" / "release"
IMPORT_PATH = "github.com/cfaccess/cfaccess/bindings/go"

PKG_CONFIG = f"""\
Name: cfaccess
Description: as an installation has it
Version: {{version}}
Cflags: -I{ROOT}/include
Libs: -L{LIBRARIES} -lcfaccess
Libs.private: -lgcc_s -lutil -lrt -lpthread -lm -ldl -lc
"""

USER_MODULE = f"""\
module example.com/user

go 1.24

require {IMPORT_PATH} v0.1.0

replace {IMPORT_PATH} => ../module
"""

USER_PROGRAM = f"""\
package main

import (
\t"errors"
\t"fmt"

\tcfaccess "{IMPORT_PATH}"
)

func main() {{
\t_, err := cfaccess.KeysFromJSON(nil)
\tfmt.Println(errors.Is(err, cfaccess.ErrKeysInvalid))
}}
"""


class Copy:
    """The module and a program that imports it, outside of any checkout."""

    def __init__(self, folder: Path) -> None:
        self.module = folder / "module"
        self.user = folder / "user"
        shutil.copytree(MODULE, self.module)
        self.user.mkdir()
        (self.user / "go.mod").write_text(USER_MODULE)
        (self.user / "main.go").write_text(USER_PROGRAM)
        cargo = (ROOT / "Cargo.toml").read_text()
        (version,) = re.findall(r'^version = "(.*)"$', cargo, re.MULTILINE)
        (folder / "cfaccess.pc").write_text(PKG_CONFIG.format(version=version))
        self.environment = {
            **os.environ,
            "CGO_ENABLED": "1",
            "GOFLAGS": "-buildvcs=false",
            "GOWORK": "off",
            "LD_LIBRARY_PATH": str(LIBRARIES),
            "PKG_CONFIG_PATH": str(folder),
        }

    def run(self, where: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=where,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )


def licences(copy: Copy) -> str | None:
    for module in (copy.module, copy.module / "cfaccessgrpc"):
        place = Path("bindings/go") / module.relative_to(copy.module)
        for name in ("LICENSE-APACHE", "LICENSE-MIT"):
            file = module / name
            if not file.exists() or file.read_bytes() != (ROOT / name).read_bytes():
                return f"{place / name} is not that of the project: cp {name} {place}"
        if not (module / "README.md").exists():
            return f"{place}/README.md is missing"
    return None


def own_tests(copy: Copy) -> str | None:
    result = copy.run(copy.module, "go", "test", "-count=1", "-v", "./...")
    if result.returncode != 0:
        failures = [line for line in result.stdout.splitlines() if line.startswith("--- FAIL")]
        return "; ".join(failures) or (result.stderr or result.stdout).strip()[-300:]
    skipped = re.findall(r"^ +\w+_test\.go:\d+: (.*)$", result.stdout, re.MULTILINE)
    unnamed = {
        reason for reason in skipped if "of a checkout is needed" not in reason and "make " not in reason
    }
    if unnamed:
        return f"skipped without naming what is missing: {unnamed}"
    return None if "--- PASS" in result.stdout else "no test ran"


def without_cgo(copy: Copy) -> str | None:
    result = copy.run(copy.user, "go", "build", ".", CGO_ENABLED="0")
    errors = [line for line in result.stderr.splitlines() if not line.startswith("#")]
    if result.returncode != 0 and "set_CGO_ENABLED_to_1" in errors[0]:
        return None
    return f"the first error is {errors[:1]}"


def shared(copy: Copy) -> str | None:
    return builds_a_program(copy, needs_library=True)


def statically_linked(copy: Copy) -> str | None:
    flags = "-l:libcfaccess.a -lm -Wl,--as-needed"
    return builds_a_program(copy, needs_library=False, CGO_LDFLAGS=flags)


def fully_static(copy: Copy) -> str | None:
    flags = '-ldflags=-linkmode external -extldflags "-static -lm"'
    return builds_a_program(copy, flags, needs_library=False)


def builds_a_program(copy: Copy, *options: str, needs_library: bool, **environment: str) -> str | None:
    built = copy.run(copy.user, "go", "build", "-o", "program", *options, ".", **environment)
    if built.returncode != 0:
        return built.stderr.strip()[-300:]
    ran = copy.run(copy.user, "./program")
    if ran.stdout != "true\n":
        return f"the program printed {ran.stdout!r}, {ran.stderr[-300:]!r}"
    alone = copy.run(copy.user, "./program", LD_LIBRARY_PATH="").returncode == 0
    if alone == needs_library:
        return "the program needs the shared library" if not alone else "the program runs without the library"
    return None


CHECKS: dict[str, Callable[[Copy], str | None]] = {
    "the modules have their licences and a README": licences,
    "the tests of the module pass outside of the checkout": own_tests,
    "CGO_ENABLED=0 names what to do first of all": without_cgo,
    "a program finds the library through pkg-config": shared,
    "a program with only the library linked statically": statically_linked,
    "a program that is all static": fully_static,
}


def main() -> int:
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(Path(folder))
        for name, check in CHECKS.items():
            fault = check(copy)
            failed = failed or fault is not None
            print(f"PASS {name}" if fault is None else f"FAIL {name}: {fault!r}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
