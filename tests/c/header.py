"""The header by itself: it compiles alone, and its example works, which is examples/c/verify.c."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import tokens
from checks import Checks
from endpoint_process import Endpoint
from toolchain import BUILD, ROOT, SOURCES, STRICT, BuildFailed, C, Way, compile_program, run_program

EXAMPLE = ROOT / "examples" / "c" / "verify.c"


def check(checks: Checks, ways: Iterable[Way], release: Path, vectors: Path, endpoint: Endpoint) -> None:
    check_alone(checks, "header_c11.c", release)
    check_alone(checks, "header_cxx17.cpp", release)
    check_warnings(checks)
    for way in (way for way in ways if way.name in ("plain", "sanitizers", "valgrind")):
        check_example(checks, way, release, vectors, endpoint)


def check_alone(checks: Checks, source: str, release: Path) -> None:
    name = f"header/{Path(source).stem}"
    program = BUILD / Path(source).stem
    try:
        compile_program(SOURCES / source, program, (), (f"-L{release.parent}", "-lcfaccess"))
    except FileNotFoundError as error:
        checks.skipped(name, str(error.filename))
    except BuildFailed as error:
        checks.failed(name, "does not compile", str(error))
    else:
        checks.equal(name, run_program([str(program)], Way("plain", ()), release).returncode, 0)


def check_warnings(checks: Checks) -> None:
    """What users' compilers say about the header when they are asked to say more."""
    documentation = ("-Wdocumentation", "-Wdocumentation-pedantic", "-fparse-all-comments")
    for name, compiler, flags, source in (
        ("compatible_with_cxx", C, ("-std=c11", "-Wc++-compat"), "header_c11.c"),
        ("documentation_in_c", "clang", ("-std=c11", *documentation), "header_c11.c"),
        ("documentation_in_cxx", "clang++", ("-std=c++17", *documentation), "header_cxx17.cpp"),
    ):
        if shutil.which(compiler) is None:
            checks.skipped(f"header/{name}", compiler)
            continue
        command = [compiler, *STRICT, *flags, f"-I{ROOT / 'include'}", "-fsyntax-only", str(SOURCES / source)]
        outcome = subprocess.run(command, capture_output=True, text=True, check=False)
        if outcome.returncode == 0:
            checks.passed(f"header/{name}")
        else:
            checks.failed(f"header/{name}", "has warnings", outcome.stderr)


def check_example(checks: Checks, way: Way, release: Path, vectors: Path, endpoint: Endpoint) -> None:
    name = f"{way.name}/example"
    if missing := way.missing or endpoint.missing:
        checks.skipped(name, missing)
        return
    program = BUILD / f"example-{way.name}"
    try:
        compile_program(EXAMPLE, program, way.flags, (f"-L{release.parent}", "-lcfaccess"))
    except BuildFailed as error:
        checks.failed(name, "does not compile", str(error))
        return

    audience = tokens.usual_audience(vectors)
    good = tokens.good_now(vectors)
    other_signature = good[:-9] + ("A" if good[-9] != "A" else "B") + good[-8:]
    person = "acme.cloudflareaccess.com/person/7335d417-61da-459d-899c-0a01c76a2f94"
    there = {**endpoint.environment, "SSL_CERT_FILE": endpoint.ca_file}
    nowhere = {**there, "HTTPS_PROXY": "http://127.0.0.1:9"}
    cases = [
        ("good_token", ["acme", audience, good], there, 0, f"{person} is calling\n", ""),
        ("bad_signature", ["acme", audience, other_signature], there, 1, "", "HTTP 401, BAD_SIGNATURE: "),
        ("other_audience", ["acme", "another", good], there, 1, "", "HTTP 401, WRONG_AUDIENCE: "),
        ("no_endpoint", ["acme", audience, good], nowhere, 1, "", "HTTP 503, KEYS_UNAVAILABLE: "),
        ("no_team", ["", audience, good], there, 1, "", "HTTP 500, INVALID_CONFIG: "),
        ("no_arguments", [], there, 2, "", "usage: "),
    ]
    for case, arguments, environment, status, output, errors in cases:
        outcome = run_program([str(program), *arguments], way, release, environment)
        beginning = outcome.stderr[: len(errors) or None]
        checks.equal(
            f"{name}/{case}", (outcome.returncode, outcome.stdout, beginning), (status, output, errors)
        )
