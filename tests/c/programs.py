"""The programs of stories: each story prints a line, and the program has to end well."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from checks import Checks
from endpoint_process import Endpoint
from toolchain import BUILD, SOURCES, BuildFailed, Way, compile_program, links, run_program

USUAL_WAYS = ("plain", "sanitizers", "valgrind")
# What looks for races. Claims of a cache hit are made by another thread, which these tools cannot follow, so
# only programs that read none are run with them.
THREAD_CHECKERS = ("helgrind", "drd", "tsan")


@dataclass(frozen=True)
class Program:
    """A file of stories, the shared library it runs with, and its argument."""

    name: str
    library: Path
    libraries: Sequence[str] = ()
    argument: str = ""
    missing: str = ""
    """What this program lacks, by name."""
    environment: Mapping[str, str] = field(default_factory=dict)
    ways: Sequence[str] = USUAL_WAYS


def all_programs(release: Path, failpoint: Path, later: Path, endpoint: Endpoint) -> list[Program]:
    linked = (f"-L{release.parent}", "-lcfaccess")
    has_jansson = links("#include <jansson.h>\nint main(void) { return json_delete == 0; }", "-ljansson")
    with_jansson, no_jansson = (*linked, "-ljansson"), "" if has_jansson else "libjansson-dev"
    no_failpoint = "" if failpoint.exists() else f"{failpoint} (make failpoint)"
    no_later = "" if later.exists() else f"{later} (make later)"
    return [
        Program("api", release, linked),
        Program("block", release, linked, "release"),
        Program("block", later, linked, "later", no_later),
        Program("config", release, linked),
        Program("keys", release, linked),
        Program("arguments", release, linked),
        Program("requests", release, linked),
        Program("guard", release, linked),
        Program("remote", release, linked),
        Program("remote_options", release, linked),
        Program("callbacks", release, linked),
        Program("revocations", release, linked),
        Program("revocations_shared", release, linked),
        Program("threads", release, linked, ways=(*USUAL_WAYS, *THREAD_CHECKERS)),
        Program("remote_threads", release, linked, ways=(*USUAL_WAYS, *THREAD_CHECKERS)),
        Program("cache", release, linked),
        Program("cache_threads", release, linked),
        Program("fork", release, linked),
        Program("cache_fork", release, linked),
        Program("remote_fork", release, linked, "function"),
        Program("remote_fork", release, linked, "https", endpoint.missing, endpoint.environment),
        # What AddressSanitizer locks itself may stay locked for ever in the child of a busy parent.
        Program(
            "remote_seed",
            release,
            linked,
            "",
            endpoint.missing,
            endpoint.environment,
            ways=("plain", "valgrind"),
        ),
        Program("unload", release, ("-ldl",)),
        Program("panic", release, linked, "release"),
        Program("panic", failpoint, linked, "failpoint", no_failpoint),
        # AddressSanitizer takes the end of a cancelled thread for a fault of its own.
        Program("cancel", release, linked, ways=("plain", "valgrind")),
        Program("vectors", release, with_jansson, missing=no_jansson),
        Program("stack", release, with_jansson, "release", no_jansson, ways=("plain",)),
        Program("stack", failpoint, with_jansson, "debug", no_jansson or no_failpoint, ways=("plain",)),
        Program("guard_vectors", release, with_jansson, missing=no_jansson),
        Program("revocation_vectors", release, with_jansson, missing=no_jansson),
    ]


def check(checks: Checks, program: Program, way: Way) -> None:
    name = "/".join(filter(None, (way.name, program.name, program.argument)))
    if missing := way.missing or program.missing:
        checks.skipped(name, missing)
        return
    binary = BUILD / f"{program.name}-{way.name}"
    try:
        compile_program(SOURCES / f"{program.name}.c", binary, way.flags, program.libraries)
    except BuildFailed as error:
        checks.failed(name, "does not compile", str(error))
        return
    if way.name == "sanitizers" and not is_instrumented(binary):
        checks.failed(name, "has no __asan_init, so it was not instrumented")
    command = [str(binary), *filter(None, [program.argument])]
    relay(checks, name, run_program(command, way, program.library, program.environment))


def relay(checks: Checks, name: str, outcome: subprocess.CompletedProcess[str]) -> None:
    """Hands on the lines of the stories, and adds whether the program ended well."""
    stories = 0
    failed = False
    for line in outcome.stdout.splitlines():
        verdict, _, story = line.partition(" ")
        if verdict == "PASS":
            stories += 1
            checks.passed(f"{name}/{story}")
        elif verdict == "FAIL":
            failed = True
            story, _, why = story.partition(": ")
            checks.failed(f"{name}/{story}", why)
        else:
            print(f"  {line}")
    if outcome.returncode != 0 and not failed:
        checks.failed(name, f"ended with status {outcome.returncode}", outcome.stderr)
    elif has_complaints(outcome.stderr):
        checks.failed(name, "its tools complain", outcome.stderr)
    elif stories == 0 and not failed:
        checks.failed(name, "told no story")


def has_complaints(errors: str) -> bool:
    """Whether a sanitizer or valgrind says something: in a child process it changes no exit status."""
    return any(
        line.startswith("==") or "WARNING: ThreadSanitizer" in line or "runtime error:" in line
        for line in errors.splitlines()
    )


def is_instrumented(binary: Path) -> bool:
    symbols = subprocess.run(["nm", str(binary)], capture_output=True, text=True, check=False)
    return "__asan_init" in symbols.stdout


def check_leaks_are_found(checks: Checks, way: Way, release: Path) -> None:
    """That nothing leaks means something only where a leak would be seen."""
    name = f"{way.name}/a_leak_is_found"
    if way.missing:
        checks.skipped(name, way.missing)
        return
    binary = BUILD / f"leak-{way.name}"
    try:
        compile_program(SOURCES / "leak.c", binary, way.flags, (f"-L{release.parent}", "-lcfaccess"))
    except BuildFailed as error:
        checks.failed(name, "does not compile", str(error))
        return
    outcome = run_program([str(binary)], way, release)
    reported = "LeakSanitizer" in outcome.stderr or "definitely lost" in outcome.stderr
    if outcome.returncode != 0 and reported:
        checks.passed(name)
    else:
        checks.failed(name, f"ended with status {outcome.returncode}", outcome.stdout + outcome.stderr)


def check_races_are_found(checks: Checks, way: Way, release: Path) -> None:
    """A race of the program is reported, whatever is suppressed of the library."""
    name = f"{way.name}/a_race_is_found"
    if way.missing:
        checks.skipped(name, way.missing)
        return
    binary = BUILD / f"race-{way.name}"
    try:
        compile_program(SOURCES / "race.c", binary, way.flags, (f"-L{release.parent}", "-lcfaccess"))
    except BuildFailed as error:
        checks.failed(name, "does not compile", str(error))
        return
    outcome = run_program([str(binary)], way, release)
    if outcome.returncode != 0 and "race.c" in outcome.stderr:
        checks.passed(name)
    else:
        checks.failed(name, f"ended with status {outcome.returncode}", outcome.stdout + outcome.stderr)
