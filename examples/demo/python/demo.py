"""Who is calling? Answers for each token of standard input, one line `name token` each:

python3 demo.py certs.json < tokens.txt

With a store of revocations it goes by the clock:

python3 demo.py certs.json sqlite:revocations.db < tokens.txt
"""

from __future__ import annotations

import sys

from cfaccess import AccessError, Keys, Revocations, Verifier

TEAM = "acme"
# The Application Audience (AUD) tag of this application.
AUDIENCE = "32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228"
# The Client ID of the one service that may call. Without `allow_services` only persons may.
SERVICE = "e367826f93b8d71185e03fe518aff3b4.access"
# When the tokens were made. A server calls `verify(token)`, which goes by the clock.
NOW = 1767225600


def make_verifier(certs: str, store: str | None) -> Verifier:
    """Made once, when the program starts."""
    # Longer than by default, so that the demo works on a busy machine.
    revocations = None if store is None else Revocations.open(store, team=TEAM, timeout=20)
    with Keys.from_file(certs) as keys:
        return Verifier(
            team=TEAM, audiences=[AUDIENCE], allow_services=[SERVICE], keys=keys, revocations=revocations
        )


def answer(verifier: Verifier, token: str, now: int | None) -> tuple[str, str]:
    """The status, and who is calling or why the token is refused."""
    try:
        claims = verifier.verify(token, now=now)
    except AccessError as refusal:
        return refusal.status, refusal.message
    who = claims.email if claims.kind == "person" else claims.common_name
    return "OK", f"{who} ({claims.principal_id})"


def main() -> None:
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: demo.py CERTS [STORE] < TOKENS")
    store = sys.argv[2] if len(sys.argv) == 3 else None
    try:
        verifier = make_verifier(sys.argv[1], store)
    except AccessError as error:
        sys.exit(str(error))

    with verifier:
        for line in sys.stdin:
            name, _, token = line.rstrip("\n").partition(" ")
            if name != "#":
                status, who_or_why = answer(verifier, token, NOW if store is None else None)
                print(f"{name:12} {status:22} {who_or_why}")


if __name__ == "__main__":
    main()
