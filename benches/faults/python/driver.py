"""Sends streams of tokens through PyJWT, as told on standard input: see ../driver.py."""

from __future__ import annotations

import os
import ssl
import sys
import threading
import time
from pathlib import Path

import jwt

PATIENCE_SECONDS = 3
"""How long an answer may be outstanding at the end."""

CLIENT = jwt.PyJWKClient(
    os.environ["FAULTS_URL"],
    lifespan=int(os.environ["FAULTS_AGE"]) / 1000,
    timeout=int(os.environ["FAULTS_TIMEOUT"]) / 1000,
    cooldown_duration=int(os.environ["FAULTS_COOLDOWN"]) / 1000,
    ssl_context=ssl.create_default_context(cafile=os.environ["FAULTS_CA_FILE"]),
)
AUDIENCE = os.environ["FAULTS_AUDIENCE"]
ISSUER = os.environ["FAULTS_ISSUER"]


def verify(token: str) -> str:
    """`OK`, or the name of the error."""
    try:
        key = CLIENT.get_signing_key_from_jwt(token)
        jwt.decode(token, key, algorithms=["RS256"], audience=AUDIENCE, issuer=ISSUER)
    except Exception as error:
        return type(error).__name__
    return "OK"


class Stream:
    """Tokens at a steady rate, taken up by whichever worker is free."""

    def __init__(self, name: str, path: str, rate: int, workers: int, count: int) -> None:
        self.name = name
        self.tokens = Path(path).read_text().split()
        self.rate = rate
        self.expected = count
        self.next = 0
        self.answered = 0
        self.samples: list[tuple[float, float, str] | None] = [None] * count
        self.progress = threading.Condition()
        self.start = time.time()
        for _ in range(workers):
            threading.Thread(target=self._work, daemon=True).start()

    def stop(self) -> None:
        with self.progress:
            due_by_now = int((time.time() - self.start) * self.rate) + 1
            self.expected = min(self.expected, due_by_now)

    def wait(self, latest: float) -> None:
        """Until everything that is due is answered, or until then."""
        with self.progress:
            self.progress.wait_for(lambda: self.answered >= self.expected, max(0, latest - time.time()))

    def print(self) -> None:
        for number, sample in enumerate(self.samples[: self.expected]):
            due = self.start + number / self.rate
            begin, wait, verdict = sample or (due, time.time() - due, "unanswered")
            print(f"sample {self.name} {begin:.6f} {wait:.6f} {verdict}")

    def _work(self) -> None:
        while True:
            with self.progress:
                number = self.next
                self.next += 1
            if number >= self.expected:
                return
            begin = _wait_until(self.start + number / self.rate)
            if number >= self.expected:
                return
            verdict = verify(self.tokens[number % len(self.tokens)])
            wait = time.time() - begin
            with self.progress:
                self.samples[number] = (begin, wait, verdict)
                self.answered += 1
                self.progress.notify()


def _wait_until(due: float) -> float:
    """A request that finds no free worker counts from the moment when it was due."""
    ahead = due - time.time()
    if ahead < 0:
        return due
    time.sleep(ahead)
    return time.time()


def main() -> None:
    streams: dict[str, Stream] = {}
    print("ready", flush=True)
    for line in sys.stdin:
        command, *arguments = line.split()
        if command == "stream":
            name, path, rate, workers, count = arguments
            streams[name] = Stream(name, path, int(rate), int(workers), int(count))
        elif command == "warm":
            print("warm", verify(Path(arguments[0]).read_text().split()[0]), flush=True)
        elif command == "stop":
            streams[arguments[0]].stop()
        elif command == "end":
            latest = time.time() + PATIENCE_SECONDS
            for stream in streams.values():
                stream.stop()
            for stream in streams.values():
                stream.wait(latest)
                stream.print()
            print("end", flush=True)


main()
