"""Measures nginx with the module, next to nginx without it and to `auth_request`.

usage: python -m nginx

It writes target/bench/nginx.md and .json. ROUNDS=n (20) is how often each row is measured, SECONDS=n (1) how
long. CFACCESS_NGINX_MODULE names another module, CFACCESS_PROGRAM another program `cfaccess`.
With DOCS=1 the tables and the picture in docs/ are renewed as well.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import inputs
from machine import machine
from marks import write_between_marks
from programs import CLI_PROGRAM, OUT, ROOT
from signing import Signer, person

from . import configuration, forward_auth, load, page, picture
from .rows import FORWARD_AUTH, KINDS, PROXIED, ROWS
from .servers import MEASURED_CORE, OTHER_CORE, free_port, start_nginx, user

MODULE = Path(
    os.environ.get("CFACCESS_NGINX_MODULE", ROOT / "target" / "nginx" / "ngx_http_cfaccess_module.so")
)
ROUNDS, SECONDS = (int(os.environ.get(name) or default) for name, default in (("ROUNDS", 20), ("SECONDS", 1)))
PAGE = b"<!DOCTYPE html>".ljust(1024)


def main() -> int:
    if sys.argv[1:]:
        print(__doc__, file=sys.stderr)
        return 2
    with ExitStack() as stack:
        targets, without = start(stack)
        measured = load.rounds(targets, token(), ROUNDS, SECONDS)
    about = {**machine(), "nginx": nginx_version()}
    text = page.page(measured, targets, about, without)
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "nginx.md").write_text(f"# nginx\n\n{text}")
    samples = {
        f"{target.name}, {target.kind}": [asdict(one[target]) for one in measured] for target in targets
    }
    (OUT / "nginx.json").write_text(json.dumps({"machine": about, "samples": samples}, indent=2) + "\n")
    print(text)
    if os.environ.get("DOCS", "") not in ("", "0"):
        write_between_marks(ROOT / "docs" / "nginx-speed.md", "speed", text)
        (ROOT / "docs" / "nginx-speed.svg").write_text(picture.picture(measured, targets, about))
    missed = page.missed(measured, targets)
    print("\n".join(missed) or "The aim is met.")
    return 1 if missed else 0


def start(stack: ExitStack) -> tuple[list[load.Target], list[str]]:
    """All servers, and what cannot be measured."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cfaccess-bench-nginx-")))
    for row in ROWS:
        for kind in KINDS:
            file = folder / "root" / row.location(kind).lstrip("/")
            file.parent.mkdir(parents=True)
            file.write_bytes(PAGE)
    port = free_port()
    text = configuration.application(folder, port, user())
    application = start_nginx(stack, folder / "application.conf", text, port, OTHER_CORE)
    asked = forward_auth.start(stack, folder)
    rows = [row for row in ROWS if row.name != FORWARD_AUTH or asked is not None]

    servers = {}
    for name, module in (("plain", None), ("guarded", MODULE)):
        port = free_port()
        text = configuration.measured(
            folder,
            name,
            [row for row in rows if row.is_plain() == (module is None)],
            port=port,
            application=application.port,
            forward_auth=asked.port if asked else None,
            user=user(),
            module=module,
        )
        servers[name] = start_nginx(stack, folder / f"{name}.conf", text, port, MEASURED_CORE)
    targets = []
    for kind in KINDS:
        for row in rows:
            helpers = [application] if kind == PROXIED else []
            helpers += [asked] if asked is not None and row.name == FORWARD_AUTH else []
            server = servers["plain" if row.is_plain() else "guarded"]
            targets.append(load.Target(row.name, kind, row.location(kind), server, tuple(helpers)))
    return targets, [] if asked else [f"{FORWARD_AUTH}, since {CLI_PROGRAM} is not built (make cli)"]


def token() -> str:
    vectors = ROOT / "tests" / "vectors"
    keys = json.loads((vectors / "acme.jwks.json").read_text())
    signer = Signer((vectors / "keys" / "acme-1.pem").read_bytes(), keys["keys"][0]["kid"])
    return signer.sign(person(inputs.ISSUER, inputs.AUDIENCE, inputs.EMAIL, int(time.time())))


def nginx_version() -> str:
    said = subprocess.run(["nginx", "-v"], check=True, capture_output=True, text=True).stderr
    return said.rpartition(": ")[2].strip().replace("/", " ")


sys.exit(main())
