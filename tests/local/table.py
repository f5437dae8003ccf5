"""The table of faults in docs/local-control.md, which the program's own tests hold to what it does."""

from __future__ import annotations

import re

from .program import ROOT

_ROW = re.compile(r"^\| `([a-z0-9-]+)` \| .* \| (?:`([A-Z_]+)`|\u2013) \|$", re.MULTILINE)
_TEXT = (ROOT / "docs" / "local-control.md").read_text(encoding="utf-8").split("\n## Faults\n")[1]

STATUSES: dict[str, str] = dict(_ROW.findall(_TEXT))
"""The status of the library by the name of the fault, empty for those of the edge."""

EDGE = [name for name, status in STATUSES.items() if not status]
CERTS = [name for name in STATUSES if name.startswith("certs-")]
TOKEN = [name for name in STATUSES if name not in EDGE and name not in CERTS]
