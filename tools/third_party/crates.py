"""The crates of crates.io that are linked into one of our packages, as cargo resolves them."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LIBRARY, PROGRAM = "cfaccess", "cfaccess-cli"

# Name and version.
Key = tuple[str, str]


@dataclass(frozen=True, order=True)
class Crate:
    """One crate, where its source lies, the SHA-256 of its archive on crates.io, and what it links itself."""

    name: str
    version: str
    licence: str
    folder: Path
    repository: str
    sha256: str
    depends_on: tuple[Key, ...]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def linked(package: str) -> list[Crate]:
    """In the order of their names. What runs during a build only is not linked: macros, and build scripts."""
    # Our own have no archive.
    return sorted(crate for crate in with_ours(package) if crate.sha256)


def ours(package: str) -> Crate:
    (found,) = (crate for crate in with_ours(package) if crate.name == package)
    return found


@cache
def with_ours(package: str) -> list[Crate]:
    metadata = json.loads(cargo("metadata", "--format-version=1", f"--filter-platform={host()}"))
    described = {crate["id"]: crate for crate in metadata["packages"]}
    needed = {node["id"]: node["deps"] for node in metadata["resolve"]["nodes"]}
    chosen, checksums = resolved(package), archives()

    return [
        Crate(
            crate["name"],
            crate["version"],
            licence(crate["license"] or ""),
            Path(crate["manifest_path"]).parent,
            crate["repository"] or "",
            checksums.get(key(crate), ""),
            tuple(
                sorted(
                    {key(described[other["pkg"]]) for other in needed[identity] if is_linked(other)} & chosen
                )
            ),
        )
        for identity, crate in described.items()
        if key(crate) in chosen
    ]


def key(crate: dict[str, Any]) -> Key:
    return crate["name"], crate["version"]


def licence(expression: str) -> str:
    """Before there were expressions, a slash stood between alternatives."""
    return " OR ".join(part.strip() for part in expression.split("/"))


def is_linked(dependency: dict[str, Any]) -> bool:
    return any(kind["kind"] is None for kind in dependency["dep_kinds"])


def resolved(package: str) -> set[Key]:
    """Name and version of the package and of all that is linked into it. Cargo's metadata has the features
    that any member of the workspace asks for."""
    tree = cargo(
        "tree", f"--package={package}", "--edges=normal,no-proc-macro", "--prefix=none", "--format={p}"
    )
    lines = [line.split() for line in tree.splitlines() if line]
    return {(name, version.removeprefix("v")) for name, version, *_ in lines}


def archives() -> dict[Key, str]:
    """The checksum of each crate of Cargo.lock."""
    lock = (ROOT / "Cargo.lock").read_text("utf-8")
    entry = re.compile(r'^name = "(.+)"\nversion = "(.+)"\nsource = ".+"\nchecksum = "(.+)"$', re.MULTILINE)
    return {(name, version): checksum for name, version, checksum in entry.findall(lock)}


def host() -> str:
    said = subprocess.run(["rustc", "-vV"], cwd=ROOT, capture_output=True, text=True, check=True)
    return said.stdout.partition("host: ")[2].splitlines()[0]


def cargo(command: str, *arguments: str) -> str:
    said = subprocess.run(
        ["cargo", command, "--locked", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if said.returncode:
        raise SystemExit(f"third_party: cargo {command} failed: {said.stderr.strip()}")
    return said.stdout
