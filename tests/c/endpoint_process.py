"""The endpoint of tests/endpoint, for the programs that fetch keys over HTTPS as a server does."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from toolchain import ROOT

VENV = ROOT / "target" / "venv" / "bin" / "python"


@dataclass(frozen=True)
class Endpoint:
    """Where it is, or what it lacks."""

    environment: dict[str, str]
    """What leads a program to it, as programs read it."""
    ca_file: str = ""
    missing: str = ""


@contextmanager
def running() -> Iterator[Endpoint]:
    """An endpoint that ends with the block."""
    python = str(VENV) if VENV.exists() else sys.executable
    if (
        subprocess.run([python, "-c", "import cryptography"], capture_output=True, check=False).returncode
        != 0
    ):
        yield Endpoint({}, missing="target/venv (make setup)")
        return
    command = [python, str(ROOT / "tests" / "endpoint")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            places = json.loads(process.stdout.readline())
            yield Endpoint(
                {
                    "HTTPS_PROXY": places["proxy"],
                    "NO_PROXY": "",
                    "CFACCESS_TEST_CA_FILE": places["ca_file"],
                    "CFACCESS_TEST_CONTROL": places["control"],
                },
                places["ca_file"],
            )
        finally:
            process.stdin.close()
