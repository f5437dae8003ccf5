"""Puts the shared library into the wheel and names its platform, and the Rust sources into the sdist."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = Path(__file__).resolve().parent
# An sdist has the crate beside this file; in a checkout of the repository it is further up.
IN_SDIST = PACKAGE / "rust"
CRATE = IN_SDIST if IN_SDIST.is_dir() else PACKAGE.parent.parent

LICENCES = ("LICENSE-APACHE", "LICENSE-MIT")


class Hook(BuildHookInterface[Any]):
    """The wheel has no extension module: one file serves every Python of the platform."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """An editable install loads the library by `CFACCESS_LIBRARY` and needs none in the package."""
        if self.target_name == "sdist":
            self.scratch = tempfile.TemporaryDirectory()
            if CRATE == IN_SDIST:
                build_data["force_include"][str(IN_SDIST)] = IN_SDIST.name
                return
            for licence in LICENCES:
                # A link, which leads out of the sdist.
                del build_data["force_include"][str(PACKAGE / licence)]
            build_data["force_include"].update(sources(Path(self.scratch.name)))
        elif version != "editable":
            platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-{platform}"
            build_data["force_include"][str(library())] = "cfaccess/libcfaccess.so"
            if (PACKAGE / "cfaccess.cdx.json").is_file():
                build_data["sbom_files"].append("cfaccess.cdx.json")

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if self.target_name == "sdist":
            self.scratch.cleanup()


def library() -> Path:
    """The library that `CFACCESS_LIBRARY` names, or else the one that cargo builds."""
    named = os.environ.get("CFACCESS_LIBRARY")
    if named:
        path = Path(named)
        if not path.is_file():
            raise SystemExit(f"cfaccess: CFACCESS_LIBRARY names no file: {path}")
        return path
    if not (CRATE / "Cargo.toml").is_file():
        raise SystemExit(
            f"cfaccess: the Rust sources are missing (no Cargo.toml in {CRATE}). Build the wheel from the "
            "sdist or in a checkout of the repository, or name a built library in CFACCESS_LIBRARY."
        )
    if shutil.which("cargo") is None:
        raise SystemExit(
            "cfaccess: cargo is missing, which builds the library; install Rust (https://rustup.rs), or name "
            "a built library in CFACCESS_LIBRARY."
        )
    build = subprocess.run(["cargo", "build", "--release", "--locked"], cwd=CRATE, check=False)
    if build.returncode:
        raise SystemExit("cfaccess: cargo could not build the library; see its output above.")
    built = CRATE / os.environ.get("CARGO_TARGET_DIR", "target") / "release" / "libcfaccess.so"
    if not built.is_file():
        raise SystemExit(
            f"cfaccess: cargo built no {built.name} for this platform; with musl, shared libraries need "
            "RUSTFLAGS=-Ctarget-feature=-crt-static."
        )
    return built


def sources(scratch: Path) -> dict[str, str]:
    """Files of the checkout from outside of this folder, and where each lies in the sdist."""
    package = [
        "cargo",
        "package",
        "--package=cfaccess",
        "--no-verify",
        "--allow-dirty",
        "--locked",
        "--quiet",
    ]
    subprocess.run([*package, f"--target-dir={scratch}"], cwd=CRATE, check=True)
    (crate,) = scratch.glob("package/*.crate")
    with tarfile.open(crate) as archive:
        archive.extractall(scratch)
    unpacked = scratch / crate.stem
    # They tell of the checkout.
    for name in (".cargo_vcs_info.json", "Cargo.toml.orig"):
        (unpacked / name).unlink()

    notices = scratch / "NOTICES.txt"
    subprocess.run(
        [sys.executable, CRATE / "tools" / "third_party", "notices", "library", notices], check=True
    )
    return {
        str(unpacked): "rust",
        str(notices): notices.name,
        **{str(CRATE / name): name for name in LICENCES},
    }
