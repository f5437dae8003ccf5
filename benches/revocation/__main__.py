"""Measures revocations: target/bench/revocation.md and .json.

usage: python -m revocation [core] [redis] [sqlite]

`core` is what a hit costs with revocations and what a million of them takes; `redis` and `sqlite` are stores
under load. SECONDS=n (60) is how long a load lasts, ENTRIES=n (1,000,000) how many a large store has. With
DOCS=1 the tables and the picture in docs/ are renewed as well; then all parts are measured.
"""

from __future__ import annotations

import json
import os
import sys

from machine import machine
from marks import write_between_marks
from programs import OUT, ROOT

from . import core, load, page, picture
from .processes import build, write_inputs

PARTS = {"core": core.measure, "redis": load.redis, "sqlite": load.sqlite}


def main(arguments: list[str]) -> int:
    unknown = set(arguments) - set(PARTS)
    into_docs = os.environ.get("DOCS", "") not in ("", "0")
    if unknown or (into_docs and arguments):
        print(__doc__, file=sys.stderr)
        return 2
    build()
    write_inputs()
    measured = {name: measure() for name, measure in PARTS.items() if not arguments or name in arguments}
    about = machine()
    (OUT / "revocation.json").write_text(json.dumps({"machine": about, **measured}, indent=2) + "\n")
    text = page.page(measured, about)
    (OUT / "revocation.md").write_text(text)
    print(text)
    if into_docs:
        write_between_marks(ROOT / "docs" / "revocation-load.md", "load", text)
        (ROOT / "docs" / "revocation-load.svg").write_text(picture.picture(measured, about))
    return 0


sys.exit(main(sys.argv[1:]))
