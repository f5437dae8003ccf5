"""A running `cfaccess local`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import urllib.request
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

_SECONDS_TO_START = 30
_SECONDS_TO_STOP = 10


class NoProgram(Exception):
    """The program `cfaccess` is not there."""


class LocalServer:
    """The program `cfaccess local` in front of an application, on a free port. A context manager.

    `upstream` is where the application listens. `url` is what a browser opens, `audience` that of the
    application, `environment` what it needs so that `Keys.remote("cfaccess-local")` finds the keys.
    """

    def __init__(self, upstream: str, arguments: Sequence[str] = ()) -> None:
        program = os.environ.get("CFACCESS_PROGRAM") or shutil.which("cfaccess")
        if program is None:
            raise NoProgram("the program cfaccess is missing; install it, or name it in CFACCESS_PROGRAM")
        self._process = subprocess.Popen(
            [program, "local", "--upstream", upstream, "--port", "0", "--ready-json", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            _, reason = self._process.communicate(timeout=_SECONDS_TO_STOP)
            raise RuntimeError(f"cfaccess local did not start: {reason.strip()}")
        self.ready: dict[str, Any] = json.loads(line)

    @property
    def url(self) -> str:
        """Of the first application."""
        return str(self.ready["url"])

    @property
    def audience(self) -> str:
        """Of the first application."""
        return str(next(iter(self.ready["audiences"].values())))

    @property
    def environment(self) -> dict[str, str]:
        """For the application under test."""
        return dict(self.ready["environment"])

    def control(self, method: str, call: str, body: Mapping[str, Any] | None = None) -> Any:
        """A call of the control interface: `control("POST", "keys/rotate")`."""
        request = urllib.request.Request(
            f"{self.ready['control_url']}{call}",
            None if body is None else json.dumps(body).encode(),
            {"Authorization": f"Bearer {self.ready['control_token']}", "Content-Type": "application/json"},
            method=method,
        )
        # Proxies are for the world outside of this computer.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=60) as response:
            content = response.read()
        return json.loads(content) if content else None

    def token(self, email: str = "ada@example.com") -> str:
        """The token of a new session."""
        answer = self.control("POST", "sessions", {"email": email})
        return str(answer["token"])

    def close(self) -> None:
        """Ends the program."""
        self._process.terminate()
        try:
            self._process.communicate(timeout=_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

    def __enter__(self) -> LocalServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
