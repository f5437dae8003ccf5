"""Makes the corpus that fuzzing begins with, from the shared vectors: fuzz/corpus/<target>/.

Inputs that fuzzing found are kept with them under names of their own; nothing is removed.
"""

from __future__ import annotations

import base64
import json
import re
import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

FUZZ = Path(__file__).resolve().parent
VECTORS = FUZZ.parent / "tests" / "vectors"
LONGEST = 4_000
OF_EACH_STATUS = {"token": 7, "keys": 40, "request": 15}

# Refused before the signature is checked, or for the signature: signing them again would change them.
AS_THEY_ARE = {"NO_TOKEN", "MALFORMED", "TOO_LARGE", "OPAQUE_TOKEN", "BAD_SIGNATURE"}

Vector = dict[str, Any]


def main() -> None:
    write("token", of_each_status("token", load("tokens"), token_input))
    write("keys", of_each_status("keys", load("keys"), lambda vector: joined(vector["document"])))
    write("request", requests(load("requests")))
    write("c_entry", programs())


def write(target: str, inputs: Iterable[tuple[str, bytes]]) -> None:
    folder = FUZZ / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in inputs:
        (folder / name).write_bytes(data)


def load(name: str) -> list[Vector]:
    vectors: list[Vector] = json.loads((VECTORS / f"{name}.json").read_bytes())["vectors"]
    return vectors


def of_each_status(target: str, vectors: list[Vector], make: Any) -> Iterator[tuple[str, bytes]]:
    """A few inputs for each status, spread over the file."""
    by_status: dict[str, list[tuple[str, bytes]]] = defaultdict(list)
    for vector in vectors:
        data = make(vector)
        if len(data) <= LONGEST:
            by_status[vector["status"]].append((vector["name"], data))
    for inputs in by_status.values():
        step = max(1, -(-len(inputs) // OF_EACH_STATUS[target]))
        yield from inputs[::step]


def joined(segments: str | list[dict[str, Any]]) -> bytes:
    if isinstance(segments, str):
        return segments.encode()
    pieces = (
        (bytes.fromhex(piece["hex"]) if "hex" in piece else piece["text"].encode()) * piece.get("times", 1)
        for piece in segments
    )
    return b"".join(pieces)


def token_input(vector: Vector) -> bytes:
    """`0` and the token, or `1`, header, NUL and payload of a token that the target signs."""
    token = joined(vector["token"])
    if vector["status"] in AS_THEY_ARE:
        return b"0" + token
    header, payload, _ = (base64url(part) for part in token.split(b"."))
    return b"1" + header + b"\0" + payload


def base64url(part: bytes) -> bytes:
    return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))


TOKEN = re.compile(rb"eyJ[\w-]+\.[\w-]+\.[\w-]+")


def requests(vectors: list[Vector]) -> Iterator[tuple[str, bytes]]:
    """Lines of headers. Vectors that differ in their settings only give one input."""
    allowed = (vector for vector in vectors if vector["status"] == "OK")
    genuine = {token for vector in allowed for token in TOKEN.findall(lines(vector))}

    def stand_in(match: re.Match[bytes]) -> bytes:
        if match[0] not in genuine:
            return match[0]
        claims = json.loads(base64url(match[0].split(b".")[1]))
        if "common_name" in claims:
            return b"\3"
        return b"\1" if claims["email"] == "user@example.com" else b"\2"

    seen: set[bytes] = set()
    for name, data in of_each_status("request", vectors, lambda vector: TOKEN.sub(stand_in, lines(vector))):
        if data not in seen:
            yield name, data
        seen.add(data)


def lines(vector: Vector) -> bytes:
    return b"\n".join(joined(name) + b":" + joined(value) for name, value in vector["headers"])


# The calls of a program by their names; a byte of the program is the index of one.
CALLS = re.findall(
    r"\w+(?=,)", re.findall(r"(?ms)^calls! \{(.*?)^\}", (FUZZ / "src" / "c_calls.rs").read_text())[0]
)

GENUINE = b"G"
NULL = b"N"


def call(name: str, slot: int = 0, place: int = 0, *arguments: bytes) -> bytes:
    return bytes([CALLS.index(name), slot, place]) + b"".join(arguments) + b"\0"


def given(data: bytes) -> bytes:
    return b"=" + struct.pack("<H", len(data)) + data


def number(value: int) -> bytes:
    return struct.pack("<q", value)


def programs() -> Iterator[tuple[str, bytes]]:
    """Calls of the C ABI, as the target reads them."""
    config = call("Config", 0, 0, GENUINE) + call("AddAudience", 0, 0, GENUINE)
    keys = call("KeysFromJson", 0, 0, GENUINE)
    ready = config + keys + call("Verifier", 0, 0, b"\0")
    verify = call("VerifyInTime", 0, 0, GENUINE)
    yield "accepted", ready + verify
    yield (
        "every-setting",
        b"".join(
            [
                config,
                call("AllowService", 0, 0, GENUINE),
                call("SetLeeway", 0, 0, number(300)),
                call("SetMaxLifetime", 0, 0, number(60)),
                call("SetMaxAge", 0, 0, number(60)),
                call("AcceptCookie"),
                call("SetEmailHeader", 0, 0, b"\3"),
                call("AddAudience", 0, 0, given(b"staging")),
                keys,
                call("Verifier", 0, 0, b"\0"),
                call("Warning", 0, 0, number(0)),
                call("Warning", 0, 0, number(1)),
                verify,
            ]
        ),
    )
    yield (
        "any-service",
        call("Config", 0, 0, given(b"acme")) + call("AllowAnyService") + call("AllowService", 0, 0, GENUINE),
    )
    yield "no-audience", call("Config", 0, 0, GENUINE) + keys + call("Verifier", 0, 0, b"\0")
    yield (
        "out-of-range",
        config
        + call("SetLeeway", 0, 0, number(-1))
        + call("SetMaxLifetime", 0, 0, number(2**62))
        + call("SetEmailHeader", 0, 0, b"\0"),
    )
    yield (
        "expired",
        ready + call("VerifyAt", 0, 0, GENUINE, number(2_000_000_000)) + call("Verify", 0, 0, GENUINE),
    )
    yield "no-such-time", ready + call("VerifyAt", 0, 0, GENUINE, number(-1))
    yield (
        "freed-early",
        ready + call("Free", 0, 0) + call("Free", 0, 1) + verify + call("Free", 0, 2) + verify,
    )
    yield (
        "loaded-again",
        ready + call("LoadJson", 0, 0, given(b"{")) + verify + call("LoadJson", 0, 0, GENUINE) + verify,
    )
    yield (
        "status",
        keys
        + call("KeysStatus")
        + call("KeysStatus", 1)
        + call("KeysStatus", 0, 1)
        + call("KeysStatus", 0, 3),
    )
    yield (
        "files",
        call("KeysFromFile", 0, 0, GENUINE)
        + call("KeysFromFile", 0, 0, NULL)
        + call("KeysFromFile", 0, 0, given(b"x\ny" * 99)),
    )
    for name, place in [("nowhere", 1), ("no-error", 2), ("nowhere-no-error", 3)]:
        calls = ["Config", "KeysFromJson", "Verify", "VerifyInTime"]
        yield name, ready + b"".join(call(function, 0, place, GENUINE) for function in calls)
    for name, argument in [("null", NULL), ("empty", given(b"")), ("bytes", given(b"\xff\xfe\x01"))]:
        calls = ["Config", "AddAudience", "AllowService", "KeysFromJson", "LoadJson", "Verify"]
        yield f"{name}-arguments", ready + b"".join(call(function, 0, 0, argument) for function in calls)
    yield "null-handles", b"".join(call(name, 2) for name in CALLS)
    yield from remote_programs(config, verify)
    yield from cache_programs(config + keys, verify)
    yield from revocation_programs(config + keys, verify)


def remote_programs(config: bytes, verify: bytes) -> Iterator[tuple[str, bytes]]:
    """Keys that are fetched."""
    success, failure = b"\0\2", b"\1\2"
    options = call("Options") + call("SetLog", 0, 0, success, NULL)
    keys = options + call("RemoteKeys", 0, 0, GENUINE, success, GENUINE)
    verifier = call("Verifier", 0, 0, b"\0")
    tried = call("TryVerify", 0, 0, GENUINE)
    yield "fetched", config + keys + verifier + tried + verify + call("Close") + tried + call("KeysStatus")
    yield "connected", keys + call("Connect") + call("Connect", 0, 2) + call("LoadJson", 0, 0, GENUINE)
    for name, answer in [
        ("fetch-fails", failure + given(b"no route")),
        ("fetch-fails-without-reason", failure + NULL),
        ("fetched-rubbish", success + given(b"<html>")),
    ]:
        yield (
            name,
            config
            + options
            + call("RemoteKeys", 0, 0, GENUINE, answer)
            + call("Connect")
            + verifier
            + verify,
        )
    yield (
        "other-team",
        config + options + call("RemoteKeys", 0, 0, given(b"other"), success, GENUINE) + verifier,
    )
    for which, name in enumerate(["timeout", "refresh-after", "cooldown", "max-stale"]):
        set_twice = b"".join(call("SetDuration", 0, 0, bytes([which]), number(value)) for value in (-1, 50))
        yield (
            f"{name}-out-of-range",
            options + set_twice + call("RemoteKeys", 0, 0, GENUINE, success, GENUINE),
        )
    for which, name in enumerate(["ca-file", "cache-file"]):
        path = call("SetPath", 0, 0, bytes([which]), GENUINE)
        yield f"{name}-nowhere", options + path + call("RemoteKeys", 0, 0, GENUINE, success, GENUINE)
    twice = call("SetFetch", 0, 0, success, GENUINE) + call("SetFetch", 0, 0, failure, NULL)
    yield "options-freed-early", keys + twice + call("Free", 0, 3) + call("Connect") + call("Free", 0, 1)


def revocation_programs(config: bytes, verify: bytes) -> Iterator[tuple[str, bytes]]:
    """Revocations in memory."""
    ready = config + call("Revocations", 0, 0, GENUINE) + call("SetRevocations")
    ready += call("Verifier", 0, 0, b"\0") + verify

    def write(action: int, kind: int, value: bytes, *options: bytes) -> bytes:
        return call(
            "WriteRevocation",
            0,
            0,
            bytes([action, kind]),
            options[0] if options else b"\0",
            value,
            *options[1:],
        )

    everything = call("ListRevocations", 0, 0, b"\0", number(10_000))
    yield "revoked", ready + write(0, 4, GENUINE) + verify + everything + write(2, 4, GENUINE) + verify
    yield "blocked", ready + write(1, 1, NULL) + verify + everything
    yield (
        "revoked-with-options",
        ready
        + write(0, 4, GENUINE, b"\x0b", number(1_000), number(5), GENUINE)
        + write(1, 4, GENUINE, b"\x04", number(2**53 - 1))
        + write(1, 4, GENUINE, b"\x04", number(-1))
        + verify,
    )
    yield (
        "revoked-nothing",
        ready
        + b"".join(
            write(action, kind, value)
            for action in range(3)
            for kind in (0, 2, 7)
            for value in (NULL, given(b""))
        )
        + call("ListRevocations", 0, 0, b"\7", number(1))
        + call("ListRevocations", 0, 0, b"\0", number(-1)),
    )
    entries = b'{"entries":[{"kind":"team","not_issued_after":9007199254740991,"expires_at":1}]}'
    yield (
        "imported",
        ready
        + call("ImportRevocations", 0, 0, given(entries))
        + verify
        + call("ImportRevocations", 0, 0, GENUINE)
        + call("ImportRevocations", 0, 0, given(entries[:-1]))
        + call("ImportRevocations", 0, 0, NULL),
    )
    yield "no-store", call("Revocations", 0, 0, given(b"memory")) + call("Revocations", 0, 0, NULL)


def cache_programs(config: bytes, verify: bytes) -> Iterator[tuple[str, bytes]]:
    """Tokens that come again."""
    verifier = call("Verifier", 0, 0, b"\0")
    twice = call("VerifyTwice")
    stats = call("Stats") + call("Stats", 0, 1)
    looked_up = b"".join(
        call("Lookup", 0, 0, token) for token in (GENUINE, NULL, given(b""), given(b"x.y.z"))
    )
    yield "kept", config + verifier + looked_up + verify + twice + looked_up + stats
    yield "kept-no-longer", config + verifier + verify + call("LoadJson", 0, 0, GENUINE) + twice + stats
    for which, name in enumerate(["entries", "bytes"]):
        for value in (0, 1, 2**62):
            size = call("SetSize", 0, 0, bytes([which]), number(value))
            yield f"cache-{name}-{value}", config + size + verifier + twice + verify + stats


if __name__ == "__main__":
    main()
