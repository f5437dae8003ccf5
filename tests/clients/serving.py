"""Starts a client as a server, and hands its log over when it fails."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def serving(command: Sequence[str | Path], where: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """Yields where it listens; it has printed its port."""
    # Some make files there.
    home = tempfile.TemporaryDirectory()
    process = subprocess.Popen(
        [str(word) for word in command],
        cwd=where,
        env={
            "PATH": os.environ["PATH"],
            "HOME": home.name,
            "PYTHONDONTWRITEBYTECODE": "1",
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        assert port, f"{command[0]} did not start: {process.communicate(timeout=10)[1][-2000:]}"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.communicate()
        home.cleanup()
