"""What a check of one place found."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def all_named(name: str) -> list[Path]:
    """The files of that name that the repository keeps, none of them built."""
    found = [path for depth in ("", "*/", "*/*/", "*/*/*/") for path in ROOT.glob(depth + name)]
    return [path for path in found if "target" not in path.relative_to(ROOT).parts]


@dataclass
class Findings:
    """One place that names dependencies, how many there are, and what is wrong with some of them."""

    place: str
    dependencies: int = 0
    faults: list[str] = field(default_factory=list)

    def print(self) -> None:
        for fault in self.faults:
            print(f"FAIL {self.place}: {fault}")
        if not self.faults:
            print(f"PASS {self.place}, {self.dependencies} dependencies")
