"""Asks PyJWT and joserfc about each token on standard input: others.py KEY_DOCUMENT ISSUER AUDIENCE LEEWAY

A line is a JSON object: the number of the `case`, the `token`, its `payload` as text, and the `claims`
that were read in it. Prints tokens that one of them refuses or reads otherwise, or how many both took.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import jwt
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

SHOWN = 10


class PyJWT:
    def __init__(self, document: Any, issuer: str, audience: str, leeway: int) -> None:
        self.keys = {key["kid"]: jwt.PyJWK(key, algorithm="RS256") for key in document["keys"]}
        self.expected: Any = {"issuer": issuer, "audience": audience, "leeway": leeway}
        self.expected["options"] = {"require": ["exp", "iat", "iss", "aud"]}

    def claims(self, token: str) -> dict[str, Any]:
        key = self.keys[jwt.get_unverified_header(token)["kid"]]
        claims: dict[str, Any] = jwt.decode(token, key, algorithms=["RS256"], **self.expected)
        return claims


class Joserfc:
    def __init__(self, document: Any, issuer: str, audience: str, leeway: int) -> None:
        self.keys = KeySet.import_key_set(document)
        # Unknown members of a header are ignored, as RFC 7515 asks.
        self.header_rules = JWSRegistry(algorithms=["RS256"], strict_check_header=False)
        self.header_rules.max_header_length = 4_096
        self.claim_rules = joserfc_jwt.JWTClaimsRegistry(
            leeway=leeway,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            iat={"essential": True},
            # A service has an empty one.
            sub={"allow_blank": True},
        )

    def claims(self, token: str) -> dict[str, Any]:
        claims = joserfc_jwt.decode(token, self.keys, registry=self.header_rules).claims
        self.claim_rules.validate(claims)
        return claims


def difference(other: PyJWT | Joserfc, case: dict[str, Any]) -> str | None:
    try:
        seen = other.claims(case["token"])
    except Exception as error:
        return f"refused by {type(error).__name__}: {error}"
    if seen != json.loads(case["payload"]):
        return "another payload"
    for name, value in case["claims"].items():
        if seen.get(name) != value:
            return f"{name} is {seen.get(name)!r}, not {value!r}"
    return None


def main() -> int:
    document = json.loads(Path(sys.argv[1]).read_bytes())
    issuer, audience, leeway = sys.argv[2], sys.argv[3], int(sys.argv[4])
    others = [which(document, issuer, audience, leeway) for which in (PyJWT, Joserfc)]
    # All are read before anything is said, since nobody listens meanwhile.
    cases = [json.loads(line) for line in sys.stdin]
    differences = [
        f"case {case['case']}: {type(other).__name__}: {found}: {case['token']}"
        for case in cases
        for other in others
        if (found := difference(other, case))
    ]
    print("\n".join(differences[:SHOWN]) or f"{len(cases)} accepted by PyJWT and joserfc")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
