"""The list of parts: every crate of Cargo.lock that is linked, and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import tomllib
from third_party.crates import LIBRARY, ROOT, linked

LOCKED = {
    (crate["name"], crate["version"]): crate
    for crate in tomllib.loads((ROOT / "Cargo.lock").read_text("utf-8"))["package"]
}


def written(file: Path, **environment: str) -> bytes:
    inherited = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    subprocess.run(
        [sys.executable, ROOT / "tools" / "third_party", "sbom", file],
        env={**inherited, **environment},
        check=True,
    )
    return file.read_bytes()


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(written(tmp_path_factory.mktemp("sbom") / "cfaccess.cdx.json"))
    return made


def test_every_linked_crate_is_there_and_nothing_else(document: dict[str, Any]) -> None:
    listed = [(part["name"], part["version"]) for part in document["components"]]

    assert sorted(listed) == [(crate.name, crate.version) for crate in linked(LIBRARY)]


def test_every_crate_has_its_address_licence_and_checksum(document: dict[str, Any]) -> None:
    for part in document["components"]:
        name, version = part["name"], part["version"]
        assert part["purl"] == f"pkg:cargo/{name}@{version}"
        assert part["hashes"] == [{"alg": "SHA-256", "content": LOCKED[name, version]["checksum"]}]
        assert part["licenses"][0]["expression"]


def test_dependencies_lead_from_the_library_to_every_crate(document: dict[str, Any]) -> None:
    edges = {entry["ref"]: entry.get("dependsOn", []) for entry in document["dependencies"]}
    ahead, reached = [document["metadata"]["component"]["bom-ref"]], set()
    while ahead:
        crate = ahead.pop()
        if crate not in reached:
            reached.add(crate)
            ahead += edges[crate]

    library = document["metadata"]["component"]
    assert (library["name"], library["version"]) == ("cfaccess", LOCKED_VERSION)
    assert reached == {library["bom-ref"], *(part["bom-ref"] for part in document["components"])}


LOCKED_VERSION = next(version for name, version in LOCKED if name == LIBRARY)


def test_same_lock_gives_the_same_bytes(tmp_path: Path) -> None:
    first = written(tmp_path / "first", PYTHONHASHSEED="1")
    second = written(tmp_path / "second", PYTHONHASHSEED="2")

    assert first == second
    assert "timestamp" not in json.loads(first)["metadata"]
    assert "serialNumber" not in json.loads(first)


def test_time_is_that_of_source_date_epoch(tmp_path: Path) -> None:
    dated = json.loads(written(tmp_path / "dated", SOURCE_DATE_EPOCH="1767225600"))

    assert dated["metadata"]["timestamp"] == "2026-01-01T00:00:00+00:00"


def test_wheel_brings_the_list(wheel: Path, document: dict[str, Any]) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if "/sboms/" in name and "cfaccess.cdx" in name)
        brought = json.loads(archive.read(name))

    assert brought["components"] == document["components"]
