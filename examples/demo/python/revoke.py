"""Ends the sessions of a person:

python3 revoke.py sqlite:revocations.db user@example.com
"""

from __future__ import annotations

import sys

from cfaccess import AccessError, Revocations


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit("usage: revoke.py STORE EMAIL")
    store, email = sys.argv[1:]
    try:
        with Revocations.open(store, team="acme", timeout=20) as revocations:
            good_from = revocations.revoke(email=email, reason="lost laptop", made_by="demo")
    except AccessError as error:
        sys.exit(str(error))
    print(f"revoked: {email}; tokens are good again if they are issued from second {good_from} on")


if __name__ == "__main__":
    main()
