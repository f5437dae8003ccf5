"""The texts of licences that lie in the source of a crate or of Rust's standard library."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from .crates import ROOT, Crate

sys.path.insert(0, str(ROOT / "tests"))
from licences.spdx import accepts

NAMES = re.compile(r"(licen[cs]e|unlicense|copying|copyright|notice)", re.IGNORECASE)
# Folders of what is not compiled.
UNUSED = frozenset({"benches", "examples", "sqlcipher", "tests"})


@dataclass(frozen=True)
class Work:
    """Something that is linked, with the texts that have to go along."""

    name: str
    licence: str
    texts: tuple[str, ...]


def of_crate(crate: Crate) -> Work:
    files = sorted(path for path in crate.folder.rglob("*") if is_notice(path.relative_to(crate.folder)))
    texts = [path.read_text("utf-8") for path in files]
    return Work(str(crate), crate.licence, tuple(texts or [standard(crate)]))


def is_notice(path: Path) -> bool:
    sources = path.suffix in {".rs", ".c", ".h", ".py", ".sh"}
    return NAMES.match(path.name) is not None and not sources and not UNUSED & set(path.parts)


def standard(crate: Crate) -> str:
    """The MIT licence, for a crate that may be taken on its terms and brings no text itself."""
    if not accepts(crate.licence, frozenset({"MIT"})):
        raise SystemExit(
            f"third_party: {crate} brings no text of its licence, {crate.licence or 'which it does not name'}"
        )
    _, _, terms = (ROOT / "LICENSE-MIT").read_text("utf-8").partition("\n\n")
    return f"Copyright (c) the authors of {crate.name}, {crate.repository}\n\n{terms}"


def of_standard_library() -> list[Work]:
    """As rustc's own page has them, which serves all platforms: what is built for this one."""
    page = sysroot() / "share" / "doc" / "rust" / "COPYRIGHT-library.html"
    if not page.is_file():
        raise SystemExit(
            f"third_party: this Rust comes without the notices of its standard library: no {page}"
        )
    built = {path.stem.removeprefix("lib").rpartition("-")[0] for path in libraries().glob("*.rlib")}
    ours, *parts = page.read_text("utf-8").split("<h3>\N{PACKAGE} ")
    licences = page.parent / "licenses"
    texts = [(licences / f"{name}.txt").read_text("utf-8") for name in ("Apache-2.0", "MIT", "Unicode-3.0")]
    works = [Work("Rust's standard library", field(ours, "License"), tuple(texts))]
    for part in parts:
        name, _, version = part.partition("</h3>")[0].partition("-")
        if name.replace("-", "_") in built:
            works.append(
                Work(f"{name} {version} of Rust's standard library", field(part, "License"), notices(part))
            )
    return works


def of_zig() -> list[Work]:
    """What zig links into a library that it makes for an older glibc."""
    found = find_spec("ziglang")
    if found is None or found.origin is None:
        raise SystemExit(
            "third_party: the Python package ziglang is missing; run this in target/packages-venv"
        )
    folder = Path(found.origin).parent
    return [
        Work("compiler_rt of zig", "MIT", ((folder / "LICENSE").read_text("utf-8"),)),
        Work(
            "libunwind of LLVM",
            "Apache-2.0 WITH LLVM-exception",
            ((folder / "lib" / "libunwind" / "LICENSE.TXT").read_text("utf-8"),),
        ),
    ]


def field(part: str, name: str) -> str:
    found = re.search(rf"<b>{name}:</b>\s*(.+?)</p>", part)
    if found is None:
        raise SystemExit(f"third_party: rustc writes its notices in another way: no {name}")
    return html.unescape(found[1])


def notices(part: str) -> tuple[str, ...]:
    return tuple(html.unescape(text) for text in re.findall(r"<pre>(.*?)</pre>", part, re.DOTALL))


def sysroot() -> Path:
    return Path(rustc("--print=sysroot"))


def libraries() -> Path:
    return Path(rustc("--print=target-libdir"))


def rustc(*arguments: str) -> str:
    said = subprocess.run(["rustc", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return said.stdout.strip()
