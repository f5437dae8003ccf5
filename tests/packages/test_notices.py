"""The notices of what is linked: all of them, and nothing that only builds."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from licences.crates import reached_from_what_is_published
from licences.spdx import PERMISSIVE, accepts
from third_party import crates, licences, notices
from third_party.crates import LIBRARY, PROGRAM, ROOT, Crate

RULE = "=" * 80
PACKAGES = pytest.mark.parametrize("package", [LIBRARY, PROGRAM])
CRATE = Crate("tool", "1.2.3", "MIT", Path("."), "https://example.com/tool", "0" * 64, ())


def headings(text: str) -> set[str]:
    """The names above the texts."""
    above = re.findall(f"^{RULE}\n((?:.+\n)+?){RULE}\n", text, re.MULTILINE)
    return {name for names in above for name in " ".join(names.split("\n")).strip().split(", ")}


@PACKAGES
def test_every_crate_is_named_with_licence_and_text(package: str) -> None:
    linked = crates.linked(package)

    text = notices.notices(package, zig=False)

    assert len(linked) > 50
    assert {str(crate) for crate in linked} <= headings(text)
    for crate in linked:
        assert f"\n{crate}: {crate.licence}\n" in text


@PACKAGES
def test_only_what_is_linked_is_named(package: str) -> None:
    names = {crate.name for crate in crates.linked(package)}

    assert not names & {"cbindgen", "cc", "cfaccess", "proc-macro2", "serde_derive", "syn"}


@PACKAGES
def test_every_licence_is_permissive_and_checked(package: str) -> None:
    metadata = json.loads(
        crates.cargo("metadata", "--format-version=1", f"--filter-platform={crates.host()}")
    )
    checked = reached_from_what_is_published(metadata)
    known = {(crate["name"], crate["version"]) for crate in metadata["packages"] if crate["id"] in checked}

    linked = crates.linked(package)

    assert {(crate.name, crate.version) for crate in linked} <= known
    assert [str(crate) for crate in linked if not accepts(crate.licence, PERMISSIVE)] == []


def test_library_has_no_crate_that_the_program_alone_uses() -> None:
    library = {crate.name for crate in crates.linked(LIBRARY)}
    program = {crate.name for crate in crates.linked(PROGRAM)}

    assert library < program
    assert {"clap", "hyper", "jiff"} <= program - library


def test_standard_library_is_named() -> None:
    text = notices.notices(LIBRARY, zig=False)

    assert {"Rust's standard library", "hashbrown"} <= {name.split(" 0.")[0] for name in headings(text)}


def test_what_zig_adds_is_named_only_if_it_links() -> None:
    assert {"compiler_rt of zig", "libunwind of LLVM"} <= headings(notices.notices(LIBRARY, zig=True))
    assert "libunwind" not in notices.notices(LIBRARY, zig=False)


def test_parts_in_c_bring_their_texts() -> None:
    text = notices.notices(LIBRARY, zig=False)

    assert "Copyright (c) 1998-2011 The OpenSSL Project" in text
    assert "the fiat-crypto authors" in text


def test_no_text_is_there_twice() -> None:
    text = notices.notices(PROGRAM, zig=False)
    parts = re.split(f"^{RULE}\n(?:.+\n)+?{RULE}\n", text, flags=re.MULTILINE)

    assert len({" ".join(part.split()) for part in parts}) == len(parts)


def test_crate_without_text_gets_the_terms_of_mit(tmp_path: Path) -> None:
    crate = Crate(**{**vars(CRATE), "folder": tmp_path})

    (text,) = licences.of_crate(crate).texts

    assert text.startswith(
        "Copyright (c) the authors of tool, https://example.com/tool\n\nPermission is hereby"
    )


def test_crate_without_text_under_another_licence_is_refused(tmp_path: Path) -> None:
    crate = Crate(**{**vars(CRATE), "folder": tmp_path, "licence": "BSD-3-Clause"})

    with pytest.raises(SystemExit, match=r"tool 1\.2\.3 brings no text of its licence, BSD-3-Clause"):
        licences.of_crate(crate)


def test_every_run_writes_the_same(tmp_path: Path) -> None:
    written = [tmp_path / seed for seed in ("1", "2")]
    for file in written:
        command = [sys.executable, "tools/third_party", "notices", "library", str(file)]
        subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": file.name}, check=True)

    assert written[0].read_bytes() == written[1].read_bytes()
