"""The Python packages of target/venv, when run by its Python. The wheel itself needs none."""

from __future__ import annotations

from importlib.metadata import Distribution, distributions

from .findings import ROOT, Findings
from .spdx import FOR_TOOLS, accepts

# What older metadata says instead of an SPDX expression.
CLASSIFIERS = {
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: BSD License": "BSD-3-Clause",
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "License :: OSI Approved :: Python Software Foundation License": "PSF-2.0",
}
# They come with the virtual environment.
PART_OF_PYTHON = frozenset({"pip", "setuptools"})


def check() -> list[Findings]:
    return [check_requirements(), check_installed()]


def check_requirements() -> Findings:
    """Every requirement has one version and its hashes, so that no other index can slip in another file."""
    findings = Findings("pins of tests/requirements.txt")
    text = (ROOT / "tests" / "requirements.txt").read_text().replace("\\\n", " ")
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        findings.dependencies += 1
        requirement = line.partition("--hash=")[0].strip()
        if "==" not in requirement or "@" in requirement or "--hash=sha256:" not in line:
            findings.faults.append(f"not one version with its hashes: {requirement}")
    return findings


def check_installed() -> Findings:
    findings = Findings("packages of target/venv")
    for package in distributions():
        name = package.metadata["Name"]
        if name in PART_OF_PYTHON:
            continue
        findings.dependencies += 1
        licence = expression(package)
        if not accepts(licence, FOR_TOOLS):
            findings.faults.append(f"{name} stands under {licence or 'no licence that is known here'}")
    return findings


def expression(package: Distribution) -> str:
    metadata = package.metadata
    if "License-Expression" in metadata:
        return str(metadata["License-Expression"])
    named = [CLASSIFIERS[text] for text in metadata.get_all("Classifier") or [] if text in CLASSIFIERS]
    if named:
        return " AND ".join(named)
    return str(metadata["License"]) if "License" in metadata else ""
