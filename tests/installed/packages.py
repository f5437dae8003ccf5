"""The Debian packages, as `make deb` leaves them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from .places import VERSION, run

REVISION = f"{VERSION}-1"
OLDER = f"{VERSION}-0"


class Packages:
    """Those in a folder, by their names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        names = (path.name.split("_")[0] for path in folder.glob("*.deb"))
        self.names = sorted(name for name in names if not name.endswith("-dbgsym"))
        (self.changes,) = folder.glob("*.changes")

    def path(self, name: str) -> Path:
        (found,) = self.folder.glob(f"{name}_*.deb")
        return found

    def staged(self, name: str) -> Path:
        """The folder from which a package was made."""
        return self.folder / f"cfaccess-{VERSION}" / "debian" / name

    def files(self, name: str) -> list[str]:
        """What a package has besides folders; a link with what it leads to."""
        lines = run(["dpkg-deb", "--contents", self.path(name)]).splitlines()
        machine = run(["dpkg-architecture", "-qDEB_HOST_MULTIARCH"]).strip()
        return sorted(
            re.sub(" -> ", "->", line.split(maxsplit=5)[5].removeprefix(".")).replace(machine, "MACHINE")
            for line in lines
            if not line.startswith("d")
        )

    def make_older(self, folder: Path) -> None:
        """The same packages with a lower revision."""
        folder.mkdir()
        for name in self.names:
            tree = folder / name
            run(["dpkg-deb", "--raw-extract", self.path(name), tree])
            control = tree / "DEBIAN" / "control"
            control.write_text(control.read_text().replace(REVISION, OLDER))
            run(["dpkg-deb", "--root-owner-group", "-Znone", "--build", tree, folder])
            shutil.rmtree(tree)
