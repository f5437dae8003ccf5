"""The proxies, and how each is started from the files of its recipe, in which only addresses and paths are
replaced."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

ROOT = Path(__file__).resolve().parents[2]
RECIPES = ROOT / "examples" / "forward-auth"
PACKAGES_VENV = ROOT / "target" / "packages-venv" / "bin"
TRAEFIK = ROOT / "target" / "proxies" / "traefik-forward-auth"

SERVER = "127.0.0.1:9180"
"""Where the recipes have the server, and below where they have the application."""
APPLICATION = "127.0.0.1:3000"


@dataclass(frozen=True)
class Places:
    """What is where while a test runs."""

    folder: Path
    port: int
    http2_port: int
    """The same as `port` for whoever speaks both on one port."""
    server: int
    application: int

    def usual(self) -> dict[str, str]:
        return {SERVER: f"127.0.0.1:{self.server}", APPLICATION: f"127.0.0.1:{self.application}"}


@dataclass(frozen=True)
class Kind:
    name: str
    program: str
    missing: str
    """What to do if there is no such program."""
    recipe: str
    """The folder of the recipe."""
    replaced: Callable[[Places], Mapping[str, str]]
    """Texts of the recipe that give way to others."""
    around: Mapping[str, str]
    """Files that a whole configuration has beside those of the recipe, by name."""
    command: Callable[[Places], Sequence[str]]
    two_ports: bool = False
    """Whether HTTP/2 without TLS has a port of its own."""

    def found(self) -> bool:
        return shutil.which(self.program) is not None


def _system(name: str) -> str:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin") or name


CADDY = """\
{
	admin off
	auto_https off
	default_bind 127.0.0.1
	servers {
		protocols h1 h2c
	}
}
import recipe
"""

NGINX = """\
user root;
pid nginx.pid;
error_log error.log info;
events { worker_connections 1024; }
http {
    access_log off;
    client_body_temp_path temp-body;
    proxy_temp_path temp-proxy;
    fastcgi_temp_path temp-fastcgi;
    uwsgi_temp_path temp-uwsgi;
    scgi_temp_path temp-scgi;
    include wiki.conf;
}
"""


def _caddy(name: str, program: str) -> Kind:
    return Kind(
        name,
        program,
        PACKAGES,
        "caddy",
        lambda places: {
            **places.usual(),
            "wiki.example.com {": f"http://wiki.example.com:{places.port} {{",
        },
        {"main": CADDY},
        lambda places: [program, "run", "--adapter", "caddyfile", "--config", f"{places.folder}/main"],
    )


ENVOY = str(PACKAGES_VENV / "envoy")
HAPROXY = _system("haproxy")
NGINX_PROGRAM = _system("nginx")
PACKAGES = "tools/setup.sh packages"

KINDS = [
    _caddy("caddy-2.6", "/usr/bin/caddy"),
    _caddy("caddy-2.11", str(PACKAGES_VENV / "caddy")),
    Kind(
        "traefik",
        str(TRAEFIK),
        "go build in tests/proxies/traefik",
        "traefik",
        Places.usual,
        {},
        lambda places: [str(TRAEFIK), f"127.0.0.1:{places.port}", f"{places.folder}/cfaccess.yaml"],
    ),
    Kind(
        "envoy",
        ENVOY,
        PACKAGES,
        "envoy",
        lambda places: {
            "address: 0.0.0.0, port_value: 8080": f"address: 127.0.0.1, port_value: {places.port}",
            "port_value: 9180": f"port_value: {places.server}",
            "port_value: 3000": f"port_value: {places.application}",
        },
        {},
        lambda places: [
            ENVOY,
            *("--config-path", f"{places.folder}/envoy.yaml"),
            *("--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"),
        ],
    ),
    Kind(
        "haproxy",
        HAPROXY,
        PACKAGES,
        "haproxy",
        lambda places: {
            **places.usual(),
            "bind :8080": f"bind 127.0.0.1:{places.port}",
            "/etc/haproxy/cfaccess.lua": f"{places.folder}/cfaccess.lua",
        },
        {},
        lambda places: [HAPROXY, "-db", "-f", f"{places.folder}/haproxy.cfg"],
    ),
    Kind(
        "nginx",
        NGINX_PROGRAM,
        PACKAGES,
        "nginx",
        lambda places: {
            **places.usual(),
            "listen 80;": f"listen 127.0.0.1:{places.port}; listen 127.0.0.1:{places.http2_port} http2;",
            "include /etc/nginx/cfaccess.conf;": "include cfaccess.conf;",
        },
        {"nginx.conf": NGINX},
        lambda places: [
            NGINX_PROGRAM,
            *("-p", f"{places.folder}/", "-e", "stderr", "-c", f"{places.folder}/nginx.conf"),
            *("-g", "daemon off;"),
        ],
        two_ports=True,
    ),
]
