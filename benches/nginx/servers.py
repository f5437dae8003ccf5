"""Starts the servers: the measured ones on a core of their own, if there are two."""

from __future__ import annotations

import os
import pwd
import socket
import subprocess
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

CORES = sorted(os.sched_getaffinity(0))
MEASURED_CORE, OTHER_CORE = CORES[-1], CORES[0]


@dataclass(frozen=True)
class Server:
    port: int
    process: int
    """The one that works: of nginx, the worker."""

    def processor_time(self) -> int:
        """What it has had so far, in nanoseconds."""
        threads = Path(f"/proc/{self.process}/task").glob("*/schedstat")
        return sum(int(thread.read_text().split()[0]) for thread in threads)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def user() -> str:
    """A directive for workers that may read the files of whoever measures."""
    return f"user {pwd.getpwuid(0).pw_name};" if os.geteuid() == 0 else ""


def start_nginx(stack: ExitStack, configuration: Path, text: str, port: int, core: int) -> Server:
    configuration.write_text(text)
    master = start(stack, ["nginx", "-c", str(configuration), "-e", "stderr"], core)
    wait_for(port, master)
    children = Path(f"/proc/{master.pid}/task/{master.pid}/children").read_text().split()
    return Server(port, int(children[0]))


def start(stack: ExitStack, command: Sequence[str], core: int) -> subprocess.Popen[bytes]:
    """Ends with the stack."""
    process = subprocess.Popen(["taskset", "--cpu-list", str(core), *command], stdin=subprocess.DEVNULL)
    stack.callback(process.wait)
    stack.callback(process.terminate)
    return process


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"benches: {process.args!r} does not listen") from None
            time.sleep(0.05)
        else:
            return
