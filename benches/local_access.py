"""Measures what a request costs through `cfaccess local`, and what memory a large body takes.

usage: python -m local_access

Requests go by turns to an application directly and through the program, on connections that stay open. The
large bodies are 1 GiB to the application and 1 GiB back. CFACCESS_PROGRAM names another program.
"""

from __future__ import annotations

import json
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

from programs import CLI_PROGRAM

ROUNDS, REQUESTS = 40, 100
GIB = 1 << 30
CHUNK = bytes(1 << 16)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Application:
    """Answers as fast as Python can: a short text, or as many bytes as it is asked for."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        received = b""
        while True:
            while b"\r\n\r\n" not in received:
                chunk = connection.recv(65_536)
                if not chunk:
                    return
                received += chunk
            head, _, received = received.partition(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
            left = int(length[1]) - len(received) if length else 0
            while left > 0:
                left -= len(connection.recv(65_536))
                received = b""
            if head.startswith(b"GET /large"):
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % GIB)
                for _ in range(GIB // len(CHUNK)):
                    connection.sendall(CHUNK)
            else:
                connection.sendall(ANSWER)


class Connection:
    """One that stays open."""

    def __init__(self, port: int, head: bytes) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head = head

    def request(self) -> float:
        """Seconds until the whole answer is there."""
        begin = time.perf_counter()
        self._socket.sendall(b"GET / HTTP/1.1\r\n" + self._head + b"\r\n")
        answer = b""
        while not answer.endswith(b"\r\n\r\nok"):
            chunk = self._socket.recv(65_536)
            assert chunk, answer
            answer += chunk
        assert answer.startswith(b"HTTP/1.1 200"), answer
        return time.perf_counter() - begin

    def upload(self) -> None:
        """1 GiB there."""
        self._socket.sendall(b"POST / HTTP/1.1\r\n" + self._head + b"Content-Length: %d\r\n\r\n" % GIB)
        for _ in range(GIB // len(CHUNK)):
            self._socket.sendall(CHUNK)
        assert self._socket.recv(65_536).startswith(b"HTTP/1.1 200")

    def download(self) -> None:
        """1 GiB back."""
        self._socket.sendall(b"GET /large HTTP/1.1\r\n" + self._head + b"\r\n")
        left = GIB
        received = self._socket.recv(65_536)
        assert received.startswith(b"HTTP/1.1 200"), received
        left -= len(received.partition(b"\r\n\r\n")[2])
        while left > 0:
            left -= len(self._socket.recv(1 << 20))


def memory(process: int, name: str) -> int:
    """In KiB: `VmRSS` is that of now, `VmHWM` the most there was."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith(f"{name}:")))


def session(ready: dict[str, Any]) -> str:
    request = urllib.request.Request(
        f"{ready['control_url']}sessions",
        json.dumps({"email": "ada@example.com"}).encode(),
        {"Authorization": f"Bearer {ready['control_token']}", "Content-Type": "application/json"},
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as response:
        return str(json.load(response)["token"])


def main() -> int:
    application = Application()
    begin = time.perf_counter()
    program = subprocess.Popen(
        [
            CLI_PROGRAM,
            "local",
            "--upstream",
            f"http://127.0.0.1:{application.port}",
            "--port",
            "0",
            "--ready-json",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert program.stdout is not None
        ready = json.loads(program.stdout.readline())
        print(f"ready after {time.perf_counter() - begin:.2f} s")
        authority = ready["url"].split("//")[1].rstrip("/")
        head = f"Host: {authority}\r\nCookie: CF_Authorization={session(ready)}\r\n".encode()
        through = Connection(int(authority.split(":")[1]), head)
        direct = Connection(application.port, head)

        times: dict[str, list[float]] = {"direct": [], "through": []}
        for _ in range(ROUNDS):
            times["direct"] += [direct.request() for _ in range(REQUESTS)]
            times["through"] += [through.request() for _ in range(REQUESTS)]
        medians = {name: statistics.median(each) * 1000 for name, each in times.items()}
        print(f"median of {ROUNDS * REQUESTS} requests: direct {medians['direct']:.3f} ms, ", end="")
        more = medians["through"] - medians["direct"]
        print(f"through cfaccess local {medians['through']:.3f} ms: {more:.3f} ms more")

        before = memory(program.pid, "VmRSS")
        for name, transfer in (("to", through.upload), ("from", through.download)):
            begin = time.perf_counter()
            transfer()
            seconds = time.perf_counter() - begin
            grown = memory(program.pid, "VmHWM") - before
            print(f"1 GiB {name} the application: {seconds:.1f} s, at most {grown} KiB more memory")
    finally:
        program.terminate()
        program.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
