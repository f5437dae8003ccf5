"""`cfaccess forward-auth`, if the program has that command already."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

from programs import ROOT

from .servers import Server

PROGRAM = Path(os.environ.get("CFACCESS_PROGRAM", ROOT / "target" / "cli" / "release" / "cfaccess"))


def start(stack: ExitStack, folder: Path) -> Server | None:
    return None
