"""The program that every process of a measurement runs, and what it reads."""

from __future__ import annotations

import json
import os
import subprocess
import time
from typing import Any

import inputs
from programs import OUT, ROOT
from signing import Signer, person

PROGRAM = OUT / "cargo" / "release" / "revocation"
INPUTS = OUT / "revocation"
SECONDS = int(os.environ.get("SECONDS", "60"))
ENTRIES = int(os.environ.get("ENTRIES", "1000000"))
PEOPLE = 1_000
"""Whose tokens the readers know, and who are revoked one after the other."""


def build() -> None:
    cargo = {**os.environ, "CARGO_TARGET_DIR": str(OUT / "cargo")}
    command = ["cargo", "build", "--quiet", "--release", "--locked", "--package", "revocation"]
    subprocess.run([*command, "--manifest-path", "benches/Cargo.toml"], cwd=ROOT, env=cargo, check=True)


def write_inputs() -> None:
    vectors = ROOT / "tests" / "vectors"
    keys = (vectors / "acme.jwks.json").read_text()
    signer = Signer((vectors / "keys" / "acme-1.pem").read_bytes(), json.loads(keys)["keys"][0]["kid"])
    # `iat` is a minute ago.
    claims = person(inputs.ISSUER, inputs.AUDIENCE, inputs.EMAIL, int(time.time()))
    people = [
        signer.sign({**claims, "sub": f"person {number}", "identity_nonce": f"login {number}"})
        for number in range(PEOPLE)
    ]
    INPUTS.mkdir(parents=True, exist_ok=True)
    for name, content in {
        "keys.json": keys,
        "team": inputs.TEAM,
        "audience": inputs.AUDIENCE,
        "email": inputs.EMAIL,
        "now": str(claims["iat"]),
        "token": signer.sign(claims),
        "people": "\n".join(people),
    }.items():
        (INPUTS / name).write_text(content)


def run(*arguments: object) -> Any:
    """The object that one process prints; None if it prints nothing."""
    done = subprocess.run(command(*arguments), stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout) if done.stdout else None


def command(*arguments: object) -> list[str]:
    return [str(PROGRAM), *(str(argument) for argument in arguments)]


def start(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(*arguments), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
