"""Writes bytes and vectors as JSON that a person can read."""

from __future__ import annotations

import json
import re

LONG = 2000
REPEATED = re.compile(rb"(.{1,64}?)\1{23}", re.DOTALL)

Segment = dict[str, object]


def encode(data: bytes) -> str | list[Segment]:
    """A plain string where that is readable, else segments, with long repetitions written once."""
    if len(data) <= LONG and _is_plain(data):
        return data.decode("utf-8")
    segments: list[Segment] = []
    end = 0
    while len(data) > LONG and (match := REPEATED.search(data, end)):
        unit = match.group(1)
        segments += _pieces(data[end : match.start()])
        end = _end_of_run(data, unit, match.end())
        segments.append({**_piece(unit), "times": (end - match.start()) // len(unit)})
    return segments + _pieces(data[end:])


def _end_of_run(data: bytes, unit: bytes, end: int) -> int:
    """Where the repetition that is still running at `end` stops."""
    for stride in (unit * 10_000, unit):
        while data.startswith(stride, end):
            end += len(stride)
    return end


def decoded(value: str | list[Segment]) -> bytes:
    """The bytes that a string or a list of segments stands for, as every runner reads them."""
    if isinstance(value, str):
        return value.encode("utf-8")
    pieces = []
    for segment in value:
        text, times = segment.get("text"), segment.get("times", 1)
        assert isinstance(times, int)
        pieces.append(
            (str(text).encode("utf-8") if text is not None else bytes.fromhex(str(segment["hex"]))) * times
        )
    return b"".join(pieces)


def _pieces(data: bytes) -> list[Segment]:
    return [_piece(run) for run in re.findall(rb"[\x20-\x7e\n]+|[^\x20-\x7e\n]+", data)]


def _piece(run: bytes) -> Segment:
    """Text where it is text, hexadecimal digits where it is not."""
    return {"text": run.decode("ascii")} if _is_plain(run) else {"hex": run.hex()}


def _is_plain(data: bytes) -> bool:
    return re.fullmatch(rb"[\x20-\x7e\n\r\t]*", data) is not None


def document(members: dict[str, object], vectors: list[dict[str, object]]) -> str:
    """One file of vectors: every member of a vector on a line of its own."""
    lines = ["{"]
    lines += [f"  {json.dumps(name)}: {json.dumps(value)}," for name, value in members.items()]
    lines.append('  "vectors": [')
    lines.append(",\n".join(_vector(vector) for vector in vectors))
    lines += ["  ]", "}", ""]
    return "\n".join(lines)


def _vector(vector: dict[str, object]) -> str:
    members = [f"      {json.dumps(name)}: {json.dumps(value)}" for name, value in vector.items()]
    return "    {\n" + ",\n".join(members) + "\n    }"
