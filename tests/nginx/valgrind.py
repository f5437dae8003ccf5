"""nginx and its workers under valgrind, if the environment variable CFACCESS_NGINX_VALGRIND is set."""

from __future__ import annotations

import os
import re
from pathlib import Path

IS_ON = os.environ.get("CFACCESS_NGINX_VALGRIND", "") not in ("", "0")
PATIENCE = 10 if IS_ON else 1
"""So many times longer everything may take."""
SUPPRESSIONS = Path(__file__).with_name("valgrind.supp")


def command(folder: Path) -> list[str]:
    """What comes before the program. Each process that it forks has a log of its own."""
    if not IS_ON:
        return []
    return [
        "valgrind",
        f"--log-file={folder}/valgrind.%p",
        f"--suppressions={SUPPRESSIONS}",
        "--leak-check=full",
        "--show-leak-kinds=definite",
        "--errors-for-leak-kinds=definite",
        "--num-callers=30",
    ]


def complaints(folder: Path) -> str:
    """What valgrind has found; empty if nothing is wrong. A killed process may have said something before."""
    return "\n".join(text for file in folder.glob("valgrind.*") if _is_complaint(text := file.read_text()))


def _is_complaint(text: str) -> bool:
    summaries = re.findall(r"ERROR SUMMARY: (\d+) errors", text)
    return summaries[-1] != "0" if summaries else bool(re.search(r"^==\d+== +at 0x", text, re.MULTILINE))
