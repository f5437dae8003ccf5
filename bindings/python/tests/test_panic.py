"""A panic inside the library comes out as a refusal, and the process lives on."""

from __future__ import annotations

from support import AUDIENCE, NOW, certs, library_for_tests, mint, output_with, person

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


def test_panic_is_an_internal_refusal() -> None:
    library = library_for_tests("failpoint")

    output = output_with(library, PROGRAM, certs("acme-1"), AUDIENCE, mint(person()), str(NOW))

    assert output == "{('INTERNAL', 500)}\n"
