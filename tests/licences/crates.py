"""The crates of every Cargo.lock of the repository, on every platform."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from .findings import ROOT, Findings, all_named
from .spdx import FOR_TOOLS, PERMISSIVE, accepts

CRATES_IO = "registry+https://github.com/rust-lang/crates.io-index"


def check() -> list[Findings]:
    return [check_workspace(lock.parent) for lock in all_named("Cargo.lock")]


def check_workspace(folder: Path) -> Findings:
    command = ["cargo", "metadata", "--locked", "--format-version=1"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    place = f"crates of {(folder / 'Cargo.lock').relative_to(ROOT)}"
    if result.returncode != 0:
        return Findings(place, faults=[result.stderr.strip().splitlines()[0]])
    return check_graph(place, json.loads(result.stdout))


def check_graph(place: str, metadata: dict[str, Any]) -> Findings:
    findings = Findings(place)
    shipped = reached_from_what_is_published(metadata)
    for crate in metadata["packages"]:
        # Our own have no source.
        if crate["source"] is None:
            continue
        findings.dependencies += 1
        name = f"{crate['name']} {crate['version']}"
        if crate["source"] != CRATES_IO:
            findings.faults.append(f"{name} does not come from crates.io but from {crate['source']}")
        licence = crate["license"] or ""
        if not accepts(licence, PERMISSIVE if crate["id"] in shipped else FOR_TOOLS):
            findings.faults.append(f"{name} stands under {licence or 'no SPDX expression'}")
    return findings


def reached_from_what_is_published(metadata: dict[str, Any]) -> set[str]:
    """What ends up in the library, and not only in what builds, tests or measures it."""
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    reached: set[str] = set()
    # `publish = false` is shown as an empty list: it may go nowhere.
    ahead = [
        crate["id"] for crate in metadata["packages"] if crate["source"] is None and crate["publish"] != []
    ]
    while ahead:
        crate = ahead.pop()
        if crate in reached:
            continue
        reached.add(crate)
        for dependency in nodes[crate]["deps"]:
            if any(kind["kind"] is None for kind in dependency["dep_kinds"]):
                ahead.append(dependency["pkg"])
    return reached
