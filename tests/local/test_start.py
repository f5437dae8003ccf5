"""Starting, stopping and starting again."""

from __future__ import annotations

import signal
import socket
import subprocess
from pathlib import Path

import pytest

from .browser import Browser
from .origin import Origin
from .program import PROGRAM, Local, environment, running
from .wire import exchange


def start(*arguments: str, where: Path) -> subprocess.CompletedProcess[str]:
    """One that is expected to end by itself."""
    return subprocess.run(
        [PROGRAM, "local", *arguments],
        env=environment(),
        cwd=where,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_a_port_that_is_taken_is_named_in_a_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        ended = start("--upstream", "http://127.0.0.1:1", "--port", str(port), where=tmp_path)

    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    assert f"port {port} is taken" in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "say where your application listens"),
        (["--upstream", "https://127.0.0.1:1"], "--upstream"),
        (["--upstream", "http://127.0.0.1:1", "--listen", "0.0.0.0"], "needs --tls and --expose"),
        (["--upstream", "http://127.0.0.1:1", "--expose"], "--expose"),
        (["--config", "missing.toml"], "missing.toml"),
    ],
)
def test_what_does_not_fit_is_said_in_a_line(tmp_path: Path, arguments: list[str], said: str) -> None:
    ended = start(*arguments, where=tmp_path)

    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
    assert said in ended.stderr


@pytest.mark.parametrize("kind", ["wide", "link"])
def test_a_state_folder_that_others_can_enter_is_refused_and_left_alone(tmp_path: Path, kind: str) -> None:
    state = tmp_path / "state"
    if kind == "wide":
        state.mkdir(mode=0o755)
    else:
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        state.symlink_to(tmp_path / "elsewhere")

    ended = start("--upstream", "http://127.0.0.1:1", "--port", "0", "--state", str(state), where=tmp_path)

    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert list((tmp_path / "elsewhere").glob("*") if kind == "link" else state.glob("*")) == []


def test_a_command_has_the_environment_and_its_exit_code_is_ours(tmp_path: Path) -> None:
    script = 'test "$CFACCESS_TEAM" = cfaccess-local && test -z "$CFACCESS_LOCAL_CONTROL" && exit 7'

    ended = start("--upstream", "http://127.0.0.1:1", "--port", "0", "--", "sh", "-c", script, where=tmp_path)

    assert ended.returncode == 7, ended.stderr


def test_a_command_gets_the_signal(tmp_path: Path) -> None:
    script = "trap 'echo ended; exit 3' TERM; echo begun; while :; do sleep 0.05; done"
    process = subprocess.Popen(
        [PROGRAM, "local", "--upstream", "http://127.0.0.1:1", "--port", "0", "--", "sh", "-c", script],
        env=environment(),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"

    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=30)

    assert (process.returncode, out) == (3, "ended\n")


def certs(local: Local) -> bytes:
    return exchange(local.team("/cdn-cgi/access/certs")).body


def test_two_run_beside_each_other_with_keys_of_their_own(origin: Origin) -> None:
    with running(["--upstream", origin.url]) as one, running(["--upstream", origin.url]) as other:
        token = one.sign_in()

        assert certs(one) != certs(other)
        assert one.get("/", [("Cookie", f"CF_Authorization={token}")]).status == 200
        assert other.get("/", [("Cookie", f"CF_Authorization={token}")]).status == 302


def test_keys_and_sessions_outlive_a_kill_where_there_is_a_state_folder(
    origin: Origin, tmp_path: Path
) -> None:
    arguments = ["--upstream", origin.url, "--state", str(tmp_path / "state")]
    browser = Browser()
    with running(arguments) as local:
        browser.log_in(local)
        before, secrets = certs(local), local.secrets
        local.control("POST", "keys/rotate")
        rotated = certs(local)
        local.process.kill()
        local.process.wait()

    with running(arguments) as local:
        assert certs(local) == rotated != before
        assert local.secrets == secrets
        assert browser.request(local.url("/")).status == 200
        # The port is another one, and cookies know none.
        assert browser.visit(local.url("/"))[1].status == 200
