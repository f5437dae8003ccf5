"""Tokens for tests: the real library, keys made for this run, no network.

Install it as `cfaccess[testing]`. pytest finds the fixtures by itself:

    def test_ada_sees_her_name(access, client):
        response = client.get("/", headers=access.headers("ada@example.com"))
        assert "ada" in response.text

- `access`: a `LocalAccess`, one for each test. It mints tokens, makes verifiers that accept them, rotates its
  keys and spoils tokens.
- `access_keys`: the `LocalKeys` that sign, made once for a run.
- `access_server`: a running `cfaccess local` (`LocalServer`), for tests of a whole application.

Nothing of this is accepted in production: the keys carry a mark, with which a verifier of any team but
`cfaccess-local` is refused.

Move the token, not the clock: the library reads the system's clock, which freezegun and others do not reach.
`access.mint(issued="-2h", expires="-1h")` is a token that has expired.
"""

from __future__ import annotations

from ._access import LocalAccess
from ._keys import LocalKeys
from ._server import LocalServer
from ._team import TEAM, audience_of

__all__ = ["TEAM", "LocalAccess", "LocalKeys", "LocalServer", "audience_of"]
