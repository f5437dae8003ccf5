"""The npm packages of every package-lock.json of the repository. They are installed from nothing else."""

from __future__ import annotations

import json
from pathlib import Path

from .findings import ROOT, Findings, all_named
from .spdx import FOR_TOOLS, accepts

REGISTRY = "https://registry.npmjs.org/"


def check() -> list[Findings]:
    return [check_lock(lock) for lock in all_named("package-lock.json")]


def check_lock(lock: Path) -> Findings:
    findings = Findings(f"packages of {lock.relative_to(ROOT)}")
    for place, package in json.loads(lock.read_text())["packages"].items():
        # Our own has no place.
        if not place:
            continue
        findings.dependencies += 1
        name = f"{place.rpartition('node_modules/')[2]} {package.get('version')}"
        licence = package.get("license", "")
        if not package.get("integrity", "").startswith("sha512-"):
            findings.faults.append(f"{name} is not pinned by its hash")
        if not package.get("resolved", REGISTRY).startswith(REGISTRY):
            findings.faults.append(f"{name} does not come from npm but from {package['resolved']}")
        if not accepts(licence, FOR_TOOLS):
            findings.faults.append(f"{name} stands under {licence or 'no SPDX expression'}")
    return findings
