"""The same tokens verified by C, Python and Go, and a person revoked: `make demo`. Ends with status 1 if an
answer differs."""

from __future__ import annotations

import io
import sys

from programs import PROGRAMS, Failure
from show import show

from revocation import show_revocation


def main() -> int:
    # The marks and dots are wanted in every locale.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    try:
        same = show(PROGRAMS)
        revoked = show_revocation(PROGRAMS)
    except Failure as failure:
        print(f"demo: {failure}", file=sys.stderr)
        return 1
    print("Read next: README.md, docs/revocation.md, and the three programs in examples/demo.")
    return 0 if same and revoked else 1


if __name__ == "__main__":
    sys.exit(main())
