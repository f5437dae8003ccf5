"""What the README of the module shows, read by nginx."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .conftest import StartNginx
from .server import ROOT, Nginx
from .tokens import FIXED_KEYS, bearing, person

README = (ROOT / "bindings" / "nginx" / "README.md").read_text()
CONFIGURATION, *RECIPES = re.findall(r"```nginx\n(.*?)```", README, re.DOTALL)
COMMANDS = (ROOT / "bindings" / "nginx" / "ngx_http_cfaccess_conf.c").read_text()


def test_the_configuration_of_its_beginning(start: StartNginx) -> None:
    inside = CONFIGURATION[CONFIGURATION.index("http {") + 6 : CONFIGURATION.rindex("}")]
    around, server = inside.split("server {")
    server = server[: server.rindex("}")].replace("listen 443 ssl http2;", "")
    nginx = start(server, http=f"{around} cfaccess_keys_file {ROOT}/tests/vectors/acme.jwks.json;")

    assert nginx.get("/").status == 401
    assert nginx.get("/", bearing(person())).status == 502
    assert nginx.get("/healthz").status == 502


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe(tmp_path: Path, recipe: str) -> None:
    checked = Nginx(tmp_path, f"cfaccess on; {FIXED_KEYS} {recipe}").check()

    assert checked.passed, checked.output


def test_every_directive_is_described() -> None:
    directives = set(re.findall(r'"(cfaccess(?:_[a-z_]+)?)"', COMMANDS))

    assert len(directives) == 21
    assert {name for name in directives if not re.search(rf"`{name}(?:`| [A-Za-z])", README)} == set()
