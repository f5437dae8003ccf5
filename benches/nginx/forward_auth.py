"""`cfaccess forward-auth`, if the program is built."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import inputs
from programs import CLI_PROGRAM

from .configuration import KEYS
from .servers import OTHER_CORE, Server, free_port, wait_for
from .servers import start as start_process


def start(stack: ExitStack, folder: Path) -> Server | None:
    if not CLI_PROGRAM.exists():
        return None
    port = free_port()
    configuration = folder / "forward-auth.toml"
    configuration.write_text(
        f"""listen = "127.0.0.1:{port}"
team = "{inputs.TEAM}"

[app.bench]
audience = "{inputs.AUDIENCE}"
keys = "{KEYS}"
"""
    )
    process = start_process(
        stack, [str(CLI_PROGRAM), "forward-auth", "--config", str(configuration)], OTHER_CORE
    )
    wait_for(port, process)
    return Server(port, process.pid)
