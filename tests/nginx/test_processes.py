"""Which processes have keys, and with whose rights."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from endpoint import Endpoint
from endpoint.proxy import Proxy

from .conftest import StartNginx
from .processes import threads, user
from .server import MODULE, PROGRAM, Nginx
from .tokens import FIXED_KEYS, SETTINGS, bearing, fetched_keys, person

SERVER = "location / { cfaccess on; }\n"
HELPERS = "proxy_cache_path temp/cached keys_zone=some:1m;\n"
WORKER = "www-data"

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can start workers of another user")


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder into which other users can look."""
    with tempfile.TemporaryDirectory(prefix="cfaccess-nginx-") as name:
        os.chmod(name, 0o755)
        yield Path(name)


def test_every_worker_fetches_once_and_no_other_process(start: StartNginx, endpoint: Endpoint) -> None:
    nginx = start(SERVER, fetched_keys(endpoint) + HELPERS, "worker_processes 4;\n")
    endpoint.log.wait_for_answers(4)

    assert {nginx.get("/page.txt", bearing(person())).status for _ in range(20)} == {200}

    titles = sorted(title for _, title in nginx.processes())
    assert len(nginx.workers()) == 4
    assert any("cache manager" in title for title in titles), titles
    assert len(endpoint.connections) == 4
    assert nginx.process is not None
    helpers = [pid for pid, title in nginx.processes() if "cache" in title]
    assert {threads(pid) for pid in [nginx.process.pid, *helpers]} == {1}


def test_a_single_process(start: StartNginx, endpoint: Endpoint) -> None:
    nginx = start(SERVER, fetched_keys(endpoint) + HELPERS, "master_process off;\n")

    assert nginx.get("/page.txt", bearing(person())).status == 200
    assert nginx.get("/page.txt").status == 401
    assert nginx.processes() == []
    assert len(endpoint.connections) == 1


@as_root
def test_workers_of_another_user_own_the_cache(place: Path, endpoint: Endpoint) -> None:
    authority = shutil.copy(endpoint.ca_file, place)
    http = f"{fetched_keys(endpoint)}cfaccess_cache_path cache;\n".replace(endpoint.ca_file, str(authority))
    owner = pwd.getpwnam(WORKER).pw_uid

    with Nginx(place, SERVER, http, f"user {WORKER};\n") as nginx:
        assert nginx.get("/page.txt", bearing(person())).status == 200
        cache = place / "cache"
        nginx.wait_until(lambda: any(cache.iterdir()), "a cache file")
        endpoint.behave("refused")
        nginx.reload()

        assert nginx.get("/page.txt", bearing(person())).status == 200
        assert {user(worker) for worker in nginx.workers()} == {owner}
    assert _rights(cache) == (owner, 0o700)
    assert [_rights(file) for file in cache.iterdir()] == [(owner, 0o600)]
    assert "[error]" not in nginx.error_log()


@as_root
def test_nginx_of_a_user(place: Path, endpoint: Endpoint) -> None:
    authority = shutil.copy(endpoint.ca_file, place)
    http = f"{fetched_keys(endpoint)}cfaccess_cache_path cache;\n".replace(endpoint.ca_file, str(authority))
    owner = pwd.getpwnam(WORKER)
    command = [
        "setpriv",
        f"--reuid={WORKER}",
        f"--regid={grp.getgrgid(owner.pw_gid).gr_name}",
        "--clear-groups",
    ]
    nginx = Nginx(place, SERVER, http, f"user {WORKER};\n", command=[*command, PROGRAM])
    subprocess.run(["chown", "-R", WORKER, place], check=True)

    with nginx:
        assert nginx.get("/page.txt", bearing(person())).status == 200
        assert {user(worker) for worker in nginx.workers()} == {owner.pw_uid}
        nginx.wait_until(lambda: any((place / "cache").iterdir()), "a cache file")
    assert _rights(place / "cache") == (owner.pw_uid, 0o700)


@as_root
def test_an_authority_that_only_root_can_read(place: Path, endpoint: Endpoint) -> None:
    authority = place / "authority.pem"
    shutil.copy(endpoint.ca_file, authority)
    authority.chmod(0o600)
    http = fetched_keys(endpoint).replace(endpoint.ca_file, str(authority))
    nginx = Nginx(place, SERVER, http, f"user {WORKER};\n")

    assert nginx.check().passed
    with nginx:
        answers = [nginx.get("/page.txt", bearing(token)) for token in (person(), "x")]
        nobody = nginx.get("/page.txt")

    assert {answer.status for answer in [*answers, nobody]} == {503}
    (said,) = [line for line in nginx.error_log().splitlines() if "[emerg]" in line]
    assert str(authority) in said


def test_a_proxy_of_the_environment_has_to_be_handed_on(endpoint: Endpoint, tmp_path: Path) -> None:
    http = f"{SETTINGS}cfaccess_ca_file {endpoint.ca_file};\n"
    environment = {"HTTPS_PROXY": endpoint.proxy}

    with Nginx(tmp_path, SERVER, http, "env HTTPS_PROXY;\n", environment) as nginx:
        assert nginx.get("/page.txt", bearing(person())).status == 200
    assert len(endpoint.connections) == 1


def test_the_proxy_of_the_configuration_comes_before_that_of_the_environment(
    endpoint: Endpoint, tmp_path: Path
) -> None:
    with Proxy(endpoint.port) as other:
        environment = {"HTTPS_PROXY": other.url}
        with Nginx(tmp_path, SERVER, fetched_keys(endpoint), "env HTTPS_PROXY;\n", environment) as nginx:
            assert nginx.get("/page.txt", bearing(person())).status == 200
        assert other.tunnels == 0


def test_a_module_that_is_loaded_and_not_used(start: StartNginx) -> None:
    nginx = start("location / { }\n")

    spoofed = [("Cf-Access-Authenticated-User-Email", "a@example.com")]

    assert nginx.get("/page.txt", spoofed).status == 200
    assert nginx.process is not None
    assert [threads(pid) for pid in [nginx.process.pid, *nginx.workers()]] == [1, 1]


def test_fixed_keys_need_no_thread(start: StartNginx) -> None:
    nginx = start(SERVER, FIXED_KEYS)

    assert nginx.get("/page.txt", bearing(person())).status == 200
    assert [threads(worker) for worker in nginx.workers()] == [1]


def test_what_the_module_exports() -> None:
    listed = subprocess.run(
        ["nm", "--dynamic", "--defined-only", MODULE], check=True, capture_output=True, text=True
    )
    names = {line.split()[-1] for line in listed.stdout.splitlines()}

    assert "ngx_modules" in names
    assert {
        name for name in names if not name.startswith(("ngx_modules", "ngx_module_", "ngx_http_cfaccess_"))
    } == set()


def test_what_the_module_links() -> None:
    listed = subprocess.run(["readelf", "--dynamic", MODULE], check=True, capture_output=True, text=True)
    needed = [line.partition("[")[2].rstrip("]") for line in listed.stdout.splitlines() if "(NEEDED)" in line]

    assert sorted(name.split(".so")[0] for name in needed) == ["libc", "libcfaccess"]
    # Left out of a configuration, it has to go: its numbers in nginx would belong to another module.
    assert "NODELETE" not in listed.stdout


def _rights(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_uid, stat.S_IMODE(status.st_mode)
