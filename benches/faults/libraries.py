"""The libraries, the programs that drive them, and how they are told what to do."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from endpoint import Endpoint

from .tokens import AUDIENCE, ISSUER, TEAM

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
OUT = ROOT / "target" / "bench"
BUILT = OUT / "faults"
LIBRARIES = ROOT / "target" / "release"

TIMEOUT, COOLDOWN, AGE = 500, 1000, 1500
"""In milliseconds; the same for every library that knows such a time."""


@dataclass(frozen=True)
class Library:
    name: str
    version: str
    command: tuple[str, ...]
    is_measured_by_target: bool = False
    keeps_copy: bool = False
    """Has an option for a copy of the keys on disk."""
    finds_proxy: bool = False
    """Is led to the endpoint by a proxy, since it takes no address."""

    def environment(self, endpoint: Endpoint, cache_file: Path | None) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if "_proxy" not in name.lower()}
        settings = {
            "FAULTS_URL": endpoint.url,
            "FAULTS_TEAM": TEAM,
            "FAULTS_ISSUER": ISSUER,
            "FAULTS_AUDIENCE": AUDIENCE,
            "FAULTS_CA_FILE": endpoint.ca_file,
            "FAULTS_TIMEOUT": str(TIMEOUT),
            "FAULTS_COOLDOWN": str(COOLDOWN),
            "FAULTS_AGE": str(AGE),
            "NODE_EXTRA_CA_CERTS": endpoint.ca_file,
        }
        if self.finds_proxy:
            settings.update(endpoint.environment())
        if self.keeps_copy and cache_file is not None:
            settings["FAULTS_CACHE_FILE"] = str(cache_file)
        return {**clean, **settings}


def build() -> list[Library]:
    """Builds what needs building."""
    BUILT.mkdir(parents=True, exist_ok=True)
    cc = [os.environ.get("CC", "cc"), "-std=c11", "-D_POSIX_C_SOURCE=200809L", "-O2"]
    strict = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
    sources = [str(file) for file in sorted((HERE / "c").glob("*.c"))]
    links = [f"-L{LIBRARIES}", f"-Wl,-rpath,{LIBRARIES}", "-lcfaccess", "-lpthread"]
    _run([*cc, *strict, f"-I{ROOT / 'include'}", *sources, *links, "-o", str(BUILT / "cfaccess")])
    _run(["go", "build", "-C", str(HERE / "go"), "-o", str(BUILT / "go-oidc"), "."])
    node = BUILT / "node"
    shutil.copytree(HERE / "node", node, dirs_exist_ok=True)
    _run(["npm", "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(node)])

    python = str(ROOT / "target" / "venv" / "bin" / "python")
    return [
        Library(
            "cfaccess",
            _found(r'^version = "(.*)"$', ROOT / "Cargo.toml"),
            (str(BUILT / "cfaccess"),),
            is_measured_by_target=True,
            keeps_copy=True,
            finds_proxy=True,
        ),
        Library("PyJWT", version("pyjwt"), (python, str(HERE / "python" / "driver.py"))),
        Library("go-oidc", _found(r"go-oidc/v3 v(\S+)", HERE / "go" / "go.mod"), (str(BUILT / "go-oidc"),)),
        Library(
            "jose",
            _found(r'"jose": "(.*)"', HERE / "node" / "package.json"),
            ("node", str(node / "driver.mjs")),
        ),
    ]


def _found(pattern: str, file: Path) -> str:
    found = re.search(pattern, file.read_text(), re.MULTILINE)
    return found[1] if found else "unknown"


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True)
