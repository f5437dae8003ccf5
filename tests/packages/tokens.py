"""A token of the demo, and a program that says whose it is."""

from __future__ import annotations

import re

from .environment import ROOT

DEMO = ROOT / "examples" / "demo"
CERTS = str(DEMO / "certs.json")
PERSON = re.search("^person (.+)$", (DEMO / "tokens.txt").read_text("utf-8"), re.MULTILINE)
assert PERSON is not None
TOKEN = PERSON[1]
EMAIL = "user@example.com"

PROGRAM = """
import sys
from cfaccess import Keys, Verifier

audience = "32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228"
with Keys.from_file(sys.argv[1]) as keys:
    verifier = Verifier(team="acme", audiences=[audience], keys=keys)
print(verifier.verify(sys.argv[2], now=1767225600).email)
"""
