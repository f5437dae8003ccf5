"""The same tokens verified by C, Python and Go: `make demo`. Ends with status 1 if an answer differs."""

from __future__ import annotations

import io
import sys

from programs import PROGRAMS, Failure
from show import show


def main() -> int:
    # The marks and dots are wanted in every locale.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    try:
        same = show(PROGRAMS)
    except Failure as failure:
        print(f"demo: {failure}", file=sys.stderr)
        return 1
    print("Read next: README.md, and the three programs in examples/demo.")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
