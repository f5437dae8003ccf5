"""Says what the bytes of libcfaccess.so are for, as a table for docs/size.md.

The library has no symbol table, so this takes the path of a copy with one: `make size` builds it.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

CRATE = re.compile(r"\b([a-z][a-z0-9_]*)::")
# Rust's standard library, with what it brings along.
STANDARD = {"std", "core", "alloc", "hashbrown", "addr2line", "gimli", "object", "rustc_demangle"}
# Crates with less than this share stand together.
LEAST_SHARE = 0.01
UNWINDING = (".eh_frame", ".eh_frame_hdr", ".gcc_except_table")


def main() -> int:
    library = Path(sys.argv[1])
    sections = sizes_of_sections(library)
    whole = library.stat().st_size - sum(
        size for name, size in sections.items() if name in (".symtab", ".strtab")
    )
    parts = sizes_of_crates(library)
    parts["unwinding tables"] = sum(sections.get(name, 0) for name in UNWINDING)
    parts["relocations"] = sections.get(".rela.dyn", 0)
    rest = sum(size for size in parts.values() if size < whole * LEAST_SHARE)
    large = {name: size for name, size in parts.items() if size >= whole * LEAST_SHARE}
    large["everything else"] = rest + whole - sum(parts.values())
    print("| part | KiB | share |\n|---|--:|--:|")
    for name, size in sorted(large.items(), key=lambda part: -part[1]):
        print(f"| {name} | {size // 1024:,} | {size / whole:.0%} |")
    print(f"| **whole** | **{whole // 1024:,}** | |")
    return 0


def sizes_of_crates(library: Path) -> Counter[str]:
    """Code and constants by the crate that their symbol names; C and assembly is all of aws-lc."""
    sizes: Counter[str] = Counter()
    seen = set()
    for line in output("nm", "--demangle", "--print-size", "--defined-only", library).splitlines():
        address, size, kind, *name = line.split(maxsplit=3)
        # Two names of one place are one; zeroed memory takes no bytes of the file.
        if not name or address in seen or kind in "bB":
            continue
        seen.add(address)
        sizes[crate_of(name[0])] += int(size, 16)
    return sizes


def crate_of(symbol: str) -> str:
    crate = CRATE.search(symbol)
    if crate is None:
        return "cfaccess (the C ABI)" if symbol.startswith("cfaccess_") else "aws-lc"
    return "Rust's standard library" if crate.group(1) in STANDARD else crate.group(1)


def sizes_of_sections(library: Path) -> dict[str, int]:
    table = output("readelf", "--sections", "--wide", library).replace("[ ", "[")
    rows = (line.split() for line in table.splitlines())
    return {row[1]: int(row[5], 16) for row in rows if len(row) > 6 and row[0][1:-1].isdigit()}


def output(*command: str | Path) -> str:
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True).stdout


sys.exit(main())
