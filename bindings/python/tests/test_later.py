"""A library of a later version, whose claims have more strings: what this version knows is read as before."""

from __future__ import annotations

from support import AUDIENCE, NOW, certs, library_for_tests, mint, output_with, person

PROGRAM = """
import sys
from cfaccess import Keys, Verifier
certs, audience, now, *tokens = sys.argv[1:]
verifier = Verifier(team="acme", audiences=[audience], keys=Keys.from_json(certs))
for token in tokens:
    for _ in range(2):
        claims = verifier.verify(token, now=int(now))
        assert claims._head[2] & 1 << 31, "a library of this version"
        print(claims.email, len(claims.audiences), claims.audiences[-1] == audience, claims.policy_id)
"""


def test_claims_of_a_later_version_are_read() -> None:
    library = library_for_tests("later")
    tokens = [mint(person(policy_id="p-1")), mint(person(aud=["a", "b", AUDIENCE], policy_id=None))]

    output = output_with(library, PROGRAM, certs("acme-1"), AUDIENCE, str(NOW), *tokens)

    one = "user@example.com 1 True p-1\n"
    several = "user@example.com 3 True None\n"
    assert output == 2 * one + 2 * several
