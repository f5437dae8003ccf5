"""The configurations of the servers that are measured."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import inputs
from programs import ROOT

from .rows import PROXIED, STATIC, Row

KEYS = ROOT / "tests" / "vectors" / "acme.jwks.json"
COMMON = """
daemon off;
worker_processes 1;
pid {folder}/{name}.pid;
error_log {folder}/{name}.log error;
{user}
events {{ worker_connections 1024; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  default_type text/html;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
{http}
  server {{
    listen 127.0.0.1:{port};
    root {folder}/root;
{server}
  }}
}}
"""
GUARD = f"""
  cfaccess_team {inputs.TEAM};
  cfaccess_audience {inputs.AUDIENCE};
  cfaccess_keys_file {KEYS};
"""
APPLICATION = """
  upstream application { server 127.0.0.1:%d; keepalive 128; keepalive_requests 1000000000; }
"""
FORWARD_AUTH = """
  upstream forward_auth { server 127.0.0.1:%d; keepalive 128; keepalive_requests 1000000000; }
"""
PASS = """proxy_pass http://application;
proxy_http_version 1.1;
proxy_set_header Connection "";"""
ALLOWED = "location = /allowed { internal; return 204; }\n"
VERIFIED = """location = /verified {
  internal;
  proxy_pass http://forward_auth/verify/bench;
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_pass_request_body off;
  proxy_set_header Content-Length "";
}
"""


def application(folder: Path, port: int, user: str) -> str:
    """The nginx behind the others: it serves the same files."""
    return COMMON.format(folder=folder, name="application", port=port, user=user, http="", server="")


def measured(
    folder: Path,
    name: str,
    rows: Iterable[Row],
    *,
    port: int,
    application: int,
    forward_auth: int | None,
    user: str,
    module: Path | None,
) -> str:
    """One whose locations are measured."""
    http = APPLICATION % application + (FORWARD_AUTH % forward_auth if forward_auth else "")
    http += GUARD if module else ""
    locations = [ALLOWED, VERIFIED if forward_auth else ""]
    locations += [_location(row, kind) for row in rows for kind in (STATIC, PROXIED)]
    load = f"load_module {module};" if module else ""
    return load + COMMON.format(
        folder=folder, name=name, port=port, user=user, http=http, server="\n".join(locations)
    )


def _location(row: Row, kind: str) -> str:
    directives = [row.directives, PASS] if kind == PROXIED else [row.directives]
    return f"location = {row.location(kind)} {{\n" + "\n".join(directives) + "\n}\n"
