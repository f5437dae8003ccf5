"""Starts the program."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .wire import Answer, Headers, exchange

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("CFACCESS_PROGRAM", ROOT / "target" / "cli" / "debug" / "cfaccess"))


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """No configuration but that of the test."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "XDG_CONFIG_HOME": "/nonexistent",
        **(extra or {}),
    }


@dataclass
class Local:
    """A running `cfaccess local`."""

    process: subprocess.Popen[str]
    ready: dict[str, Any]

    def audience(self, name: str = "app") -> str:
        return str(self.ready["audiences"][name])

    def url(self, path: str = "/", name: str = "app") -> str:
        return f"{self.ready['urls'][name].rstrip('/')}{path}"

    def team(self, path: str) -> str:
        return f"{self.ready['team_url']}{path}"

    @property
    def secrets(self) -> tuple[str, str]:
        """Client ID and secret of the service token `ci`."""
        token = self.ready["service_tokens"]["ci"]
        return token["client_id"], token["client_secret"]

    def get(self, path: str = "/", headers: Headers = (), name: str = "app") -> Answer:
        return exchange(self.url(path, name), headers=headers)

    def control(self, method: str, call: str, body: Any = None) -> Any:
        """A call of the control interface, which is expected to succeed."""
        request = urllib.request.Request(
            self.ready["control_url"] + call,
            None if body is None else json.dumps(body).encode(),
            {"Authorization": f"Bearer {self.ready['control_token']}", "Content-Type": "application/json"},
            method=method,
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=60) as response:
                content = response.read()
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {call}: {error.code} {error.read().decode()}") from None
        return json.loads(content) if content else None

    def sign_in(self, email: str = "ada@example.com", name: str = "app") -> str:
        """The token of a new session."""
        answer = self.control("POST", "sessions", {"email": email, "app": name})
        return str(answer["token"])


@contextmanager
def running(
    arguments: Sequence[str] = (), config: str | None = None, env: Mapping[str, str] | None = None
) -> Iterator[Local]:
    with tempfile.TemporaryDirectory() as folder:
        words = [str(PROGRAM), "local", "--port", "0", "--ready-json"]
        if config is not None:
            path = Path(folder) / "cfaccess-local.toml"
            path.write_text(config)
            words += ["--config", str(path)]
        process = subprocess.Popen(
            [*words, *arguments],
            env=environment(env),
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, f"it did not start: {process.communicate(timeout=10)[1]}"
            yield Local(process, json.loads(line))
        finally:
            process.terminate()
            try:
                process.communicate(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                raise AssertionError("it did not end within 15 seconds of SIGTERM") from None
