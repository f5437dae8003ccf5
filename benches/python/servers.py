"""Real servers, with and without the middleware, and the program that asks them.

usage: python servers.py LOAD INPUTS
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path

UVICORN = ["uvicorn", "--log-level=warning", "--no-access-log", "--port={port}"]
GUNICORN = ["gunicorn", "--workers=1", "--log-level=warning", "--bind=127.0.0.1:{port}"]
SERVERS = {
    "uvicorn_starlette": [*UVICORN, "served:starlette"],
    "uvicorn_starlette_guarded": [*UVICORN, "served:starlette_guarded"],
    "gunicorn_flask": [*GUNICORN, "served:flask"],
    "gunicorn_flask_guarded": [*GUNICORN, "served:flask_guarded"],
}


def start(stack: ExitStack, command: list[str], inputs: str) -> int:
    """Starts a server that ends with the stack, and returns its port.

    It opens its socket itself: one that uvicorn is handed waits for acknowledgements between two writes.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", *(word.format(port=port) for word in command)],
        cwd=Path(__file__).parent,
        env={**os.environ, "BENCH_INPUTS": inputs},
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
    )
    stack.callback(process.wait)
    stack.callback(process.send_signal, signal.SIGTERM)
    return port


def status_without_a_token(port: int) -> int:
    """The answer to the first request, for which it waits until the server has started."""
    end = time.monotonic() + 60
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        finally:
            connection.close()


def main(load: str, inputs: str) -> int:
    with ExitStack() as stack:
        ports = {row: start(stack, command, inputs) for row, command in SERVERS.items()}
        for row, port in ports.items():
            expected = 401 if row.endswith("_guarded") else 200
            status = status_without_a_token(port)
            if status != expected:
                raise SystemExit(f"servers.py: {row} answered {status} without a token")
        addresses = [f"{row}=127.0.0.1:{port}" for row, port in ports.items()]
        return subprocess.run([load, f"{inputs}/request", *addresses], check=False).returncode


sys.exit(main(*sys.argv[1:]))
