"""Writes tokens.txt and certs.json from the test keys, or with `--check` says whether they are up to date."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tests" / "vectors" / "generate"))

import mint  # noqa: E402
import sets  # noqa: E402

from keys import OTHER_TEAM  # noqa: E402

HOUR = 3600
OTHER_CLIENT_ID = "1f0b7a53c3e24d0f9a86b1d2c4e5f607.access"


def tokens() -> list[tuple[str, str, bytes]]:
    """What each token is, its name, and the token."""
    return [
        ("a person who logged in a minute ago", "person", mint.token()),
        ("a service that is allowed here", "service", mint.token(payload=mint.service())),
        (
            "a service that is not",
            "new-service",
            mint.token(payload=mint.service(common_name=OTHER_CLIENT_ID)),
        ),
        ("a person whose session ended an hour ago", "expired", person(seconds=-25 * HOUR)),
        ("a person whose session begins in an hour", "early", person(seconds=HOUR)),
        (
            "a person at another application of the team",
            "other-app",
            mint.token(payload=mint.person(aud=[mint.OTHER_AUDIENCE])),
        ),
        ("a person of another team, whose keys are others", "other-team", other_team()),
        (
            "a person's session with the whole team, which the same key signs",
            "org-session",
            mint.token(payload=mint.person(type="org")),
        ),
        ("the first token with another e-mail address written into it", "forged", forged()),
        ("the first token with its algorithm written over", "alg-none", alg_none()),
        ("an access token of managed OAuth, sent as it is", "opaque", b"oauth:8f2b6cbb1d2e4b1f"),
    ]


def person(seconds: int) -> bytes:
    """A session of a day that begins so long from now."""
    start = mint.NOW + seconds
    return mint.token(payload=mint.person(iat=start, nbf=start, exp=start + 24 * HOUR))


def other_team() -> bytes:
    payload = mint.person(iss="https://other.cloudflareaccess.com")
    return mint.token(mint.header(kid=OTHER_TEAM.kid), payload, OTHER_TEAM)


def forged() -> bytes:
    return with_signature_of_person(mint.header(), mint.person(email="admin@example.com"))


def alg_none() -> bytes:
    return with_signature_of_person(mint.header(alg="none"), mint.person())


def with_signature_of_person(header: mint.Object, payload: mint.Object) -> bytes:
    signature = mint.token().rpartition(b".")[2]
    return mint.signing_input(header, payload) + b"." + signature


def files() -> dict[str, str]:
    """Name and text of each file."""
    lines = ["# Test tokens of the team acme, seen at 2026-01-01T00:00:00Z. Made by make_tokens.py.\n"]
    lines += [f"# {about}\n{name} {token.decode('ascii')}\n" for about, name, token in tokens()]
    return {"tokens.txt": "".join(lines), "certs.json": sets.files()["acme.jwks.json"]}


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        print("usage: python examples/demo/make_tokens.py [--check]", file=sys.stderr)
        return 2
    if not arguments:
        for name, text in files().items():
            (HERE / name).write_text(text, encoding="ascii", newline="\n")
        return 0
    stale = [name for name, text in files().items() if not same(HERE / name, text)]
    if stale:
        print(f"out of date: {', '.join(stale)}; run: python examples/demo/make_tokens.py", file=sys.stderr)
    return 1 if stale else 0


def same(path: Path, text: str) -> bool:
    return path.exists() and path.read_bytes() == text.encode("ascii")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
