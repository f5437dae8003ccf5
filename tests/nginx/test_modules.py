"""The module beside others, loaded and left out by reloads, and beside a library of another version."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from .conftest import StartNginx
from .server import MODULE, Nginx
from .tokens import FIXED_KEYS, bearing, person

GUARDED = "location / { cfaccess on; }\n"
HEADERS = Path("/usr/lib/nginx/modules/ngx_http_headers_more_filter_module.so")

beside_another = pytest.mark.skipif(
    not HEADERS.exists(), reason="libnginx-mod-http-headers-more-filter is missing"
)


def load(nginx: Nginx, modules: list[Path], server: str, http: str) -> None:
    nginx.modules, nginx.server, nginx.http = modules, server, http
    nginx.write()
    nginx.reload()


@beside_another
def test_reloads_that_leave_it_out_and_load_it_again(start: StartNginx) -> None:
    nginx = start(GUARDED, FIXED_KEYS)
    adding = 'more_set_headers "X-Other: here";\n'

    for _ in range(5):
        load(nginx, [HEADERS], f"location / {{ {adding} }}\n", "")
        assert nginx.get("/page.txt").all("X-Other") == ["here"]

        load(nginx, [HEADERS, MODULE], f"location / {{ cfaccess on; {adding} }}\n", FIXED_KEYS)
        good, bad = nginx.get("/page.txt", bearing(person())), nginx.get("/page.txt")
        assert (good.status, good.all("X-Other")) == (200, ["here"])
        assert (bad.status, bad.all("X-Other")) == (401, ["here"])

        load(nginx, [], "location / { }\n", "")
        assert nginx.get("/page.txt").status == 200

        load(nginx, [MODULE], GUARDED, FIXED_KEYS)
        assert nginx.get("/page.txt", bearing(person())).status == 200
        assert nginx.get("/page.txt").status == 401
    assert "exited on signal" not in nginx.error_log()


def test_a_library_of_another_version(tmp_path: Path) -> None:
    source, preloaded = tmp_path / "later.c", tmp_path / "later.so"
    source.write_text("unsigned cfaccess_version_number(void) { return 99 << 8; }\n")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", preloaded, source], check=True)
    folder = tmp_path / "nginx"
    folder.mkdir()

    checked = Nginx(folder, GUARDED, FIXED_KEYS, environment={"LD_PRELOAD": str(preloaded)}).check()

    assert not checked.passed
    assert "restart" in checked.output
