"""What a server loads before it forks: keys that are fetched, revocations if it is told where they are,
and an application that answers with its process id."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from cfaccess import AccessError, Keys, Revocations, Verifier
from cfaccess.wsgi import AccessMiddleware

team = os.environ["CFACCESS_TEAM"]
keys = Keys.remote(team, cooldown=1, timeout=10)
store = os.environ.get("REVOCATIONS")
revocations = None if store is None else Revocations.open(store, team=team)
verifier = Verifier(
    team=team, audiences=[os.environ["CFACCESS_AUDIENCE"]], keys=keys, revocations=revocations
)


def connect() -> None:
    with suppress(AccessError):
        keys.connect()
        if revocations is not None:
            revocations.connect()


connecting = threading.Thread(target=connect)
connecting.start()
if "FORK_DURING_FETCH" not in os.environ:
    connecting.join()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    time.sleep(0.02)  # so that the other processes get something to do
    start_response("200 OK", [])
    return [str(os.getpid()).encode()]


app = AccessMiddleware(application, verifier)
