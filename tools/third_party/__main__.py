"""Lists what others wrote and is linked into what we publish.

usage: python tools/third_party notices [--zig] library|program FILE
       python tools/third_party sbom FILE

`notices` writes the licences with their texts, with `--zig` also of what zig adds to a library. `sbom` writes
the list of the library's crates in CycloneDX, by a package of target/packages-venv.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from third_party import crates, notices

PACKAGES = {"library": crates.LIBRARY, "program": crates.PROGRAM}


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["sbom"] and len(arguments) == 2:
        from third_party import sbom

        write(arguments[1], sbom.sbom())
        return 0
    zig = "--zig" in arguments
    words = [word for word in arguments if word != "--zig"]
    if words[:1] == ["notices"] and len(words) == 3 and words[1] in PACKAGES:
        write(words[2], notices.notices(PACKAGES[words[1]], zig))
        return 0
    print(__doc__, file=sys.stderr)
    return 2


def write(file: str, text: str) -> None:
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    Path(file).write_text(text, "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
