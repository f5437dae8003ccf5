"""Where the instructions of a first verification go, step by step: callgrind's counts, read with the
compiler's table of what it inlined where.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import defaultdict
from dataclasses import dataclass, field

from instructions import can_count, profile
from programs import RUST_PROGRAM

RUNS = 1_000
ROOT = "rows::rows::Rows::verify_first"
BARE = ("RSA", "SHA-256")
AROUND, REST = "signature: everything around both", "the rest: calls, results, freeing memory"
# The outermost function that one of these finds is the step; what it calls belongs to it. A function that was
# inlined is known by its bare name and its file, any other by its whole path.
STEPS = {
    "cache miss": r"::cached\b|^(cached|find) .*/src/(verifier|cache/)",
    "form": r"token::(compact::)?Token::parse\b|^parse .*/src/token/compact\.rs",
    "base64": r"base64_simd|^decode_\w+ .*/src/token/compact\.rs",
    "header and key": r"header::Header::parse\b|remember_header\b|^(find_by_header|in_force) ",
    "RSA": r"rsa_verify_raw",
    "SHA-256": r"SHA256|aws_lc_rs::digest|^digest ",
    "JSON": r"payload::Payload::parse\b",
    "time and policy": r"check_policy\b|::Timestamp::now\b|/src/time/",
    "claims": r"claims::Claims::new\b",
    "keeping": r"::keep\b|^keep .*/src/(verifier|cache/)",
}
_STEPS = [(step, re.compile(pattern)) for step, pattern in STEPS.items()]


@dataclass
class _Function:
    """Instructions by address: of its own, and of what it calls from there."""

    file: str = ""
    own: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    calls: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))


@dataclass(frozen=True)
class Steps:
    instructions: dict[str, float]

    def lines(self) -> list[str]:
        bare = sum(self.instructions.get(step, 0) for step in BARE)
        whole = sum(self.instructions.values())
        ordered = sorted(self.instructions.items(), key=lambda item: -item[1])
        return [
            "",
            "## Where a first verification goes",
            "",
            "Instructions of `Verifier::verify`, each token new and kept: callgrind's counts for a step",
            f"and all that it calls, the mean of {RUNS:,} verifications. The bare check is RSA and SHA-256;",
            "what is beyond 100 % is the price of everything else.",
            "",
            "| step | instructions | of the bare check |",
            "|---|--:|--:|",
            *(f"| {step} | {count:,.0f} | {count / bare:.2%} |" for step, count in ordered),
            f"| all | {whole:,.0f} | {whole / bare:.2%} |",
        ]


def steps() -> Steps | None:
    """None without valgrind and addr2line."""
    if not can_count() or shutil.which("addr2line") is None:
        return None
    options = ("--dump-instr=yes", "--compress-strings=no", "--compress-pos=no")
    functions = _read(profile("rust", "first_verification", RUNS, *options))
    found: dict[str, float] = defaultdict(float)
    _Walk(functions, found).descend(ROOT, 1.0, REST)
    return Steps({step: count / RUNS for step, count in found.items()})


class _Walk:
    def __init__(self, functions: dict[str, _Function], found: dict[str, float]) -> None:
        self._functions = functions
        self._found = found
        self._frames = _frames(functions)
        self._called: dict[str, int] = defaultdict(int)
        for function in functions.values():
            for (_, callee), count in function.calls.items():
                self._called[callee] += count

    def descend(self, name: str, share: float, context: str) -> None:
        """Adds up a function, or the share of it that one caller has."""
        function = self._functions[name]
        for address, count in function.own.items():
            chain = self._frames.get((function.file, address), [])
            self._found[_step(chain) or _context(chain, context)] += share * count
        for (address, callee), count in function.calls.items():
            chain = [*self._frames.get((function.file, address), []), callee]
            step, within = _step(chain), _context(chain, context)
            if step is not None or callee not in self._functions or callee == name:
                self._found[step or within] += share * count
            else:
                self.descend(callee, share * count / self._called[callee], within)


def _step(chain: list[str]) -> str | None:
    for frame in chain:
        for step, pattern in _STEPS:
            if pattern.search(frame):
                return step
    return None


def _context(chain: list[str], context: str) -> str:
    return AROUND if any("check_signature" in frame for frame in chain) else context


def _frames(functions: dict[str, _Function]) -> dict[tuple[str, str], list[str]]:
    """Which functions of the program an address lies in, the outermost first, inlined ones like any other."""
    program = str(RUST_PROGRAM)
    addresses = list(_addresses(functions, program))
    command = ["addr2line", "-a", "-i", "-f", "-C", "-e", program]
    done = subprocess.run(command, input="\n".join(addresses), stdout=subprocess.PIPE, text=True, check=True)
    blocks = re.split(r"^0x[0-9a-f]+\n", done.stdout, flags=re.MULTILINE)[1:]
    frames = {}
    for address, block in zip(addresses, blocks):
        lines = block.splitlines()
        # A line with the name and one with the place, for each frame.
        frames[program, address] = [f"{name} {place}" for name, place in zip(lines[::2], lines[1::2])][::-1]
    return frames


def _addresses(functions: dict[str, _Function], program: str) -> set[str]:
    """Those of all functions that a walk may come to."""
    addresses: set[str] = set()
    seen, waiting = {ROOT}, [ROOT]
    while waiting:
        function = functions[waiting.pop()]
        if function.file == program:
            addresses |= {*function.own, *(address for address, _ in function.calls)}
        callees = {callee for _, callee in function.calls if _step([callee]) is None}
        waiting += (callees - seen) & functions.keys()
        seen |= callees
    return addresses


def _read(profile: str) -> dict[str, _Function]:
    """The format is callgrind's, without its abbreviations: an address, a line and a count; after `calls=`,
    those of all that was called.
    """
    functions: dict[str, _Function] = defaultdict(_Function)
    function, file, callee, is_call = _Function(), "", "", False
    for line in profile.splitlines():
        if line.startswith("ob="):
            file = line[3:]
        elif line.startswith("fn="):
            function = functions[line[3:]]
            function.file = file
        elif line.startswith("cfn="):
            callee = line[4:]
        elif line.startswith("calls="):
            is_call = True
        elif line.startswith("0x"):
            address, _, count = line.split()
            if is_call:
                function.calls[address, callee] += int(count)
            else:
                function.own[address] += int(count)
            is_call = False
    return functions
