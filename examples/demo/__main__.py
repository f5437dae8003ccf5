"""The same tokens verified by C, Python and Go, a person revoked, and a login at a local Access: `make demo`.
Ends with status 1 if an answer differs."""

from __future__ import annotations

import io
import sys

from local_access import show_local_access
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
        let_in = show_local_access()
    except Failure as failure:
        print(f"demo: {failure}", file=sys.stderr)
        return 1
    print("Read next: README.md, docs/revocation.md, docs/local.md, and the programs in examples/demo.")
    return 0 if same and revoked and let_in else 1


if __name__ == "__main__":
    sys.exit(main())
