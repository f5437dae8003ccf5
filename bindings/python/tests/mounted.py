"""How the applications below a prefix are guarded: a site for all, and a part of it for admins."""

from __future__ import annotations

import os
from typing import Any

from cfaccess import Keys, Verifier

_team = os.environ["CFACCESS_TEAM"]
_keys = Keys.remote(_team)


def _verifier(audience: str) -> Verifier:
    return Verifier(team=_team, audiences=[audience], keys=_keys)


ACCESS: dict[str, Any] = {
    "routes": {
        "/": _verifier(os.environ["CFACCESS_AUDIENCE"]),
        "/admin": _verifier(os.environ["ACCESS_ADMIN_AUDIENCE"]),
    },
    "open_paths": ["GET /healthz"],
}

PAGES = {"/": "site", "/admin": "admin", "/healthz": "health"}
