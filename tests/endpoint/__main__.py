"""Runs an endpoint until its input ends, and prints where it is, as one line of JSON.

`url` is for clients that can be told an address, `proxy` leads others to it, `ca_file` is to be trusted, and
`control` changes its behaviour: see control.py.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])

from endpoint import Endpoint  # noqa: E402
from endpoint.control import Control  # noqa: E402


def main() -> None:
    with Endpoint() as endpoint, Control(endpoint) as control:
        threading.Thread(target=control.serve_forever, daemon=True).start()
        places = {"url": endpoint.url, "proxy": endpoint.proxy, "ca_file": endpoint.ca_file}
        print(json.dumps({**places, "control": control.url}), flush=True)
        sys.stdin.read()
        control.shutdown()


main()
