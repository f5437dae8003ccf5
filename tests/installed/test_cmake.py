"""`find_package(cfaccess 0.1 REQUIRED)`, from a folder that was moved and has a blank in its name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .places import ROOT, SERIES, SONAME, VERSION, Failed, run

CONSUMER = ROOT / "tests" / "installed" / "consumer"
OLDER, NEWER = "0.0", "0.2"


def configure(prefix: Path, build: Path, wanted: str) -> None:
    run(["cmake", "-S", CONSUMER, "-B", build, f"-DCMAKE_PREFIX_PATH={prefix}", f"-DWANTED={wanted}"])


@pytest.fixture(scope="module")
def programs(prefix: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    build = tmp_path_factory.mktemp("cmake")
    configure(prefix, build, SERIES)
    run(["cmake", "--build", build])
    return build


@pytest.mark.parametrize("language", ["c", "cxx"])
@pytest.mark.parametrize(("library", "needed"), [("cfaccess", [SONAME]), ("static", [])])
def test_programs_are_built_and_run(programs: Path, language: str, library: str, needed: list[str]) -> None:
    program = programs / f"{language}_{library}"

    said = run([program])

    assert said.startswith(f"cfaccess {VERSION}: ")
    dynamic = run(["readelf", "--dynamic", "--wide", program])
    assert re.findall(r"\(NEEDED\).*\[(libcfaccess.*)\]", dynamic) == needed


@pytest.mark.parametrize(
    "wanted", [VERSION, f"{VERSION};EXACT", f"{SERIES}...<{NEWER}", f"{OLDER}...{NEWER}"]
)
def test_these_versions_are_served(prefix: Path, tmp_path: Path, wanted: str) -> None:
    configure(prefix, tmp_path, wanted)

    assert f"{prefix}/share/cmake/cfaccess" in (tmp_path / "CMakeCache.txt").read_text()


@pytest.mark.parametrize(
    "wanted", [OLDER, NEWER, "1.0", f"{SERIES}.9", f"{NEWER}...1.0", f"{OLDER}...<{SERIES}"]
)
def test_these_versions_are_refused(prefix: Path, tmp_path: Path, wanted: str) -> None:
    with pytest.raises(Failed, match="compatible with requested version"):
        configure(prefix, tmp_path, wanted)


def test_another_install_in_the_path_of_pkg_config_is_not_taken(
    prefix: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "cfaccess.pc").write_text(
        f"Name: cfaccess\nDescription: other\nVersion: {VERSION}\nLibs: -lother\n"
    )
    monkeypatch.setenv("PKG_CONFIG_PATH", str(other))

    configure(prefix, tmp_path / "build", SERIES)

    run(["cmake", "--build", tmp_path / "build"])
