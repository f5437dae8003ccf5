"""A panic inside the library comes out as a refusal, and the process lives on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import cfaccess
import pytest
from support import AUDIENCE, NOW, REPOSITORY, certs, mint, person

PROGRAM = """
import sys, threading
from cfaccess import AccessError, Keys, Verifier
certs, audience, token, now = sys.argv[1:]
keys = Keys.from_json(certs)
verifier = Verifier(team="acme", audiences=[audience], keys=keys)

def work():
    for _ in range(20):
        try:
            verifier.verify("failpoint.panic.now")
        except AccessError as error:
            seen.add((error.status, error.http_status))
        assert verifier.verify(token, now=int(now)).kind == "person"

seen = set()
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
keys.load_json(certs)
print(seen)
"""


def failpoint_library() -> Path:
    """The library that `make failpoint` builds."""
    path = Path(os.environ.get("CFACCESS_FAILPOINT_LIBRARY", REPOSITORY / "target/failpoint/libcfaccess.so"))
    if not path.is_file():
        pytest.skip(f"the failpoint library is missing ({path}); `make failpoint` builds it")
    return path


def test_panic_is_an_internal_refusal() -> None:
    environment = {
        **os.environ,
        "CFACCESS_LIBRARY": str(failpoint_library()),
        "PYTHONPATH": str(Path(cfaccess.__file__).parents[1]),
    }

    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, certs("acme-1"), AUDIENCE, mint(person()), str(NOW)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    assert run.stdout == "{('INTERNAL', 500)}\n"
