"""nginx with the module, as a program of its own for each test."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from endpoint.listener import free_port
from local.wire import Answer, Headers, exchange, send

from . import valgrind

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "target" / "nginx" / "ngx_http_cfaccess_module.so"
PROGRAM = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or "nginx"

MAIN = """\
{modules}
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
worker_shutdown_timeout 10s;
{main}
events {{ worker_connections 4096; }}
http {{
    default_type text/plain;
    access_log off;
    client_body_temp_path {folder}/temp/body;
    proxy_temp_path {folder}/temp/proxy;
    fastcgi_temp_path {folder}/temp/fastcgi;
    uwsgi_temp_path {folder}/temp/uwsgi;
    scgi_temp_path {folder}/temp/scgi;
    {http}
    server {{
        listen 127.0.0.1:{port};
        listen 127.0.0.1:{http2_port} http2;
        root {folder}/root;
        {server}
    }}
}}
"""


@dataclass(frozen=True)
class Checked:
    """What `nginx -t` says."""

    passed: bool
    output: str


@dataclass
class Nginx:
    """One nginx with a server on a free port, and on another one for HTTP/2 without TLS.

    `server` are the lines of that server, `http` those around it, `main` those around everything. Used as a
    context manager it runs until the end.
    """

    folder: Path
    server: str
    http: str = ""
    main: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    command: Sequence[str | Path] = (PROGRAM,)
    """What starts it: a program such as valgrind may come first."""
    modules: Sequence[Path] = (MODULE,)

    def __post_init__(self) -> None:
        self.port = free_port()
        self.http2_port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        (self.folder / "temp").mkdir(exist_ok=True)
        root = self.folder / "root"
        root.mkdir(exist_ok=True)
        for name in ("index.html", "page.txt"):
            (root / name).write_text(f"this is {name}\n")
        self.write()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def write(self) -> None:
        """Writes the configuration as it is now; what runs has it after a reload."""
        # Started as root, workers would be those of a user who cannot look into the folder of a test.
        user = "user root;" if os.geteuid() == 0 and "user " not in self.main else ""
        self._file.write_text(
            MAIN.format(
                modules="\n".join(f"load_module {module};" for module in self.modules),
                user=user,
                folder=self.folder,
                main=self.main,
                http=self.http,
                server=self.server,
                port=self.port,
                http2_port=self.http2_port,
            )
        )

    def check(self, *options: str) -> Checked:
        ended = subprocess.run(
            [*self._command("-t"), *options],
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        assert not (said := valgrind.complaints(self.folder)), said
        return Checked(ended.returncode == 0, ended.stdout)

    def start(self, seconds: float = 20) -> Nginx:
        """Returns when it takes connections."""
        with open(self.folder / "output", "ab") as output:
            self.process = subprocess.Popen(
                self._command("-g", "daemon off;"),
                env=self._environment(),
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
            )
        self.wait_until(self._answers, "connections taken", seconds)
        return self

    def stop(self, sent: int = signal.SIGQUIT, seconds: float = 30) -> int:
        """Ends it with its workers and returns the exit status."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(sent)
        try:
            status = self.process.wait(seconds * valgrind.PATIENCE)
        except subprocess.TimeoutExpired:
            self._kill()
            raise
        assert not (said := valgrind.complaints(self.folder)), said
        return status

    def signal(self, sent: int) -> None:
        assert self.process is not None
        self.process.send_signal(sent)

    def reload(self, seconds: float = 20) -> None:
        """Returns when workers of the configuration as it is on disk have taken the place of all others. The
        former ones may still serve what they have begun."""
        before = set(self.workers())
        self.signal(signal.SIGHUP)

        def replaced() -> bool:
            new = self.workers()
            return bool(new) and not before & set(new)

        self.wait_until(replaced, "new workers", seconds)

    def workers(self) -> list[int]:
        """The process IDs of workers that take requests; not those that are shutting down."""
        if valgrind.IS_ON:
            # It hides the titles.
            return [pid for pid, _ in self._children()]
        return [
            pid for pid, title in self._children() if "worker process" in title and "shutting" not in title
        ]

    def processes(self) -> list[tuple[int, str]]:
        """Every process below the master, with its title."""
        return self._children()

    def error_log(self) -> str:
        log = self.folder / "error.log"
        return log.read_text(errors="replace") if log.exists() else ""

    def wait_for_log(self, text: str, seconds: float = 20) -> None:
        self.wait_until(lambda: text in self.error_log(), f"{text!r} in the log", seconds)

    def wait_until(self, holds: Callable[[], bool], what: str, seconds: float = 20) -> None:
        end = time.monotonic() + seconds * valgrind.PATIENCE
        while not holds():
            if self.process is not None and self.process.poll() is not None:
                raise AssertionError(f"nginx has ended: {self._said()}")
            assert time.monotonic() < end, f"waited in vain for {what}: {self._said()}"
            time.sleep(0.02)

    def get(self, path: str = "/", headers: Headers = (), method: str = "GET", body: bytes = b"") -> Answer:
        """Sends one request over HTTP/1.1."""
        return exchange(self.url + path, method, headers, body)

    def send(self, request: bytes, seconds: float = 20) -> Answer:
        """Sends these bytes and reads one answer."""
        return send(self.port, request, seconds=seconds)

    def __enter__(self) -> Nginx:
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self.process is not None and self.process.poll() is None:
            self.stop()

    @property
    def _file(self) -> Path:
        return self.folder / "nginx.conf"

    def _command(self, *options: str) -> list[str | Path]:
        # Errors before the configuration is read go to the terminal.
        return [
            *valgrind.command(self.folder),
            *self.command,
            "-p",
            f"{self.folder}/",
            "-e",
            "stderr",
            "-c",
            self._file,
            *options,
        ]

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], **self.environment}

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return bool(self.workers()) or "master_process off" in self.main
        except OSError:
            return False

    def _children(self) -> list[tuple[int, str]]:
        assert self.process is not None
        task = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        try:
            pids = [int(word) for word in task.read_text().split()]
        except OSError:
            return []
        return [(pid, title) for pid in pids if (title := _title(pid))]

    def _kill(self) -> None:
        assert self.process is not None
        for pid, _ in self._children():
            os.kill(pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()

    def _said(self) -> str:
        output = self.folder / "output"
        return (output.read_text(errors="replace") if output.exists() else "") + self.error_log()[-3000:]


def _title(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""
