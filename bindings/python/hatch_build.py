"""Puts the shared library into the wheel, and names the platform in the wheel's tag."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

REPOSITORY = Path(__file__).resolve().parent.parent.parent


class LibraryHook(BuildHookInterface[Any]):
    """The wheel has no extension module: one file serves every Python of the platform."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Adds the library. An editable install loads it by `CFACCESS_LIBRARY` and needs none."""
        if version == "editable":
            return
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"
        build_data["force_include"][str(library())] = "cfaccess/libcfaccess.so"


def library() -> Path:
    """The library that `CFACCESS_LIBRARY` names, or else the one that cargo builds."""
    named = os.environ.get("CFACCESS_LIBRARY")
    if named:
        path = Path(named)
        if not path.is_file():
            raise SystemExit(f"cfaccess: CFACCESS_LIBRARY names no file: {path}")
        return path
    if not (REPOSITORY / "Cargo.toml").is_file():
        raise SystemExit(
            f"cfaccess: the Rust sources are missing (no Cargo.toml in {REPOSITORY}). "
            "Build the wheel in a checkout of the repository, or name a built library in CFACCESS_LIBRARY."
        )
    if shutil.which("cargo") is None:
        raise SystemExit(
            "cfaccess: cargo is missing, which builds the library; install Rust (https://rustup.rs), or name "
            "a built library in CFACCESS_LIBRARY."
        )
    build = subprocess.run(["cargo", "build", "--release", "--locked"], cwd=REPOSITORY, check=False)
    if build.returncode:
        raise SystemExit("cfaccess: cargo could not build the library; see its output above.")
    target = Path(os.environ.get("CARGO_TARGET_DIR", "target"))
    return REPOSITORY / target / "release" / "libcfaccess.so"
