"""Where and with what was measured."""

from __future__ import annotations

import datetime
import json
import os
import platform
import re
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

from programs import ROOT


def machine() -> dict[str, object]:
    pins = (ROOT / "benches" / "Cargo.lock").read_text()
    product_pins = (ROOT / "Cargo.lock").read_text()
    if _crate("aws-lc-sys", pins) != _crate("aws-lc-sys", product_pins):
        raise SystemExit("benches: the floor has another aws-lc than the library: cargo update in benches/")
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "rustc": _first_line("rustc", "--version"),
        "cc": _first_line(os.environ.get("CC", "cc"), "--version"),
        "python": platform.python_version(),
        "go": _first_line("go", "version"),
        "node": _first_line("node", "--version"),
        "aws-lc-rs": _crate("aws-lc-rs", pins),
        "aws-lc-sys": _crate("aws-lc-sys", pins),
        "jsonwebtoken": _crate("jsonwebtoken", pins),
        "pyjwt": version("pyjwt"),
        "cryptography": version("cryptography"),
        "joserfc": version("joserfc"),
        **{name: version(name) for name in ("uvicorn", "starlette", "gunicorn", "flask")},
        "golang-jwt": _module("github.com/golang-jwt/jwt/v5"),
        "go-jose": _module("github.com/go-jose/go-jose/v4"),
        "jwx": _module("github.com/lestrrat-go/jwx/v3"),
        "go-oidc": _module("github.com/coreos/go-oidc/v3"),
        **{name: _node_package(name) for name in ("fast-jwt", "aws-jwt-verify", "jose")},
        "libjwt": _first_line("pkg-config", "--modversion", "libjwt"),
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "commit": _first_line("git", "describe", "--always", "--dirty", "--abbrev=12"),
    }


def _cpu() -> str:
    found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.processor()


def _first_line(*command: str) -> str:
    if shutil.which(command[0]) is None:
        return "unknown"
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.partition("\n")[0] or "unknown"


def _crate(name: str, pins: str) -> str:
    found = re.search(rf'^name = "{name}"\nversion = "(.*)"$', pins, re.MULTILINE)
    return found[1] if found else "unknown"


def _module(path: str) -> str:
    found = re.search(rf"{re.escape(path)} (\S+)", (ROOT / "benches" / "go" / "go.mod").read_text())
    return found[1] if found else "unknown"


def _node_package(name: str) -> str:
    pins = json.loads((ROOT / "benches" / "node" / "package-lock.json").read_text())
    return str(pins["packages"][f"node_modules/{name}"]["version"])
