"""A copy of this machine, on which packages are installed and removed; the machine itself stays as it is."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# $1 is an empty folder, $2 is what the copy has as /packages, $3 is what is run there. What was added or
# changed by then is told in the file $4, one path a line.
AS_A_COPY = """
set -e
mount -t tmpfs tmpfs "$1"
mkdir "$1/changed" "$1/work" "$1/machine"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/changed,workdir=$1/work" "$1/machine"
mount -t proc proc "$1/machine/proc"
mount --rbind /dev "$1/machine/dev"
mount -t tmpfs tmpfs "$1/machine/run"
mkdir "$1/machine/packages"
cp -r "$2/." "$1/machine/packages/"
status=0
chroot "$1/machine" sh -e -c "$3" || status=$?
rm -r "$1/machine/packages"
cd "$1/changed"
find . -mindepth 1 ! -type c -printf '/%P\\n' >"$4"
exit $status
"""
# Package managers remember what they did.
KEPT = ("/var/lib/dpkg", "/var/log", "/var/cache", "/var/lib/systemd", "/etc/ld.so.cache")


@dataclass(frozen=True)
class Told:
    """What was said on a copy, and what was there in the end that the machine does not have."""

    status: int
    text: str
    left: Sequence[str]


class Machine:
    """Runs scripts as root, each on a fresh copy that has `packages` in /packages."""

    def __init__(self, packages: Path, scratch: Path) -> None:
        self.packages = packages
        self.scratch = scratch

    def run(self, script: str) -> Told:
        told = self.attempt(script)
        assert told.status == 0, told.text
        return told

    def attempt(self, script: str) -> Told:
        root, changes = self.scratch / "root", self.scratch / "changes"
        root.mkdir(exist_ok=True)
        outcome = subprocess.run(
            [*_become_root(), "sh", "-c", AS_A_COPY, "sh", root, self.packages, script, changes],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"},
            text=True,
            check=False,
        )
        found = changes.read_text().splitlines() if changes.exists() else []
        left = [path for path in found if not path.startswith(KEPT) and not os.path.lexists(path)]
        return Told(outcome.returncode, outcome.stdout, left)


def can_be_copied() -> bool:
    """Whether this user may mount."""
    if shutil.which("unshare") is None:
        return False
    probe = (
        "mount -t tmpfs tmpfs /mnt && mkdir /mnt/a /mnt/b /mnt/c && mount -t overlay overlay -o lowerdir=/,"
    )
    probe += "upperdir=/mnt/a,workdir=/mnt/b /mnt/c"
    command = [*_become_root(), "sh", "-c", probe]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _become_root() -> list[str]:
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    return ["unshare", *user, "--mount", "--pid", "--fork", "--"]
