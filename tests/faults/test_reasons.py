"""What an operator reads when keys cannot be fetched: which side is at fault, and what to do."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from endpoint import Endpoint, token

from .probe import Probe
from .runs import KNOWN, OPTIONS

HOST = "acme.cloudflareaccess.com"


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as running:
        yield running


REASONS: list[tuple[dict[str, Any], str]] = [
    (
        {"kind": "stranger_certificate"},
        f"the certificate of {HOST} is from a certificate authority that is not trusted; if your network "
        "intercepts TLS, set ca_file to its authority",
    ),
    (
        {"kind": "namesake_certificate"},
        f"the certificate of {HOST} is from another certificate authority with the name of a trusted one; if "
        "your network intercepts TLS, set ca_file to its authority",
    ),
    ({"kind": "wrong_certificate"}, f"the certificate of {HOST} is for another host"),
    (
        {"kind": "expired_certificate"},
        f"the certificate of {HOST} expired 356 days ago, by this machine's clock",
    ),
    (
        {"kind": "future_certificate"},
        f"the certificate of {HOST} is not valid for another 364 days, by this machine's clock",
    ),
    ({"kind": "no_tls"}, f"{HOST} does not speak TLS on this port"),
    ({"kind": "closed"}, f"{HOST} closed the connection during the TLS handshake"),
    ({"kind": "stalled"}, f"timeout: after 1 s, {HOST} had not completed the TLS handshake"),
    ({"delay": 5}, f"timeout: after 1 s, {HOST} had not answered the request"),
    ({"kind": "slow"}, f"timeout: after 1 s, {HOST} had not sent the whole document"),
    ({"kind": "truncated"}, f"{HOST} closed the connection before the document was whole"),
    ({"kind": "large"}, "the key document has more than 1048576 bytes"),
    (
        {"kind": "status", "status": 404},
        f"the endpoint answered HTTP 404; is the team {HOST} right?",
    ),
    ({"kind": "status", "status": 503}, "the endpoint answered HTTP 503"),
]


@pytest.mark.parametrize(("behaviour", "reason"), REASONS, ids=lambda value: str(value)[:60])
def test_the_reason_is_a_plain_sentence(endpoint: Endpoint, behaviour: dict[str, Any], reason: str) -> None:
    endpoint.behave(**behaviour)

    with Probe(endpoint, **OPTIONS) as probe:
        assert probe.connect() == "KEYS_UNAVAILABLE"
        probe.ask("close")

        assert probe.status()["last_error"] == reason


def test_a_host_without_an_address(endpoint: Endpoint) -> None:
    """No name has an address here."""
    with Probe(endpoint, {}, **OPTIONS) as probe:
        refused = probe.verify(token(KNOWN))

    assert f"the name {HOST} does not resolve: " in refused["message"]


def test_name_look_ups_that_hang_do_not_pile_up(endpoint: Endpoint) -> None:
    """The system cannot cut them short; at most one is left, and nothing waits for it."""
    with Probe(endpoint, {}, **OPTIONS) as probe:
        probe.ask("lookup 8000")
        began = time.monotonic()
        reasons = set()
        while time.monotonic() < began + 4:
            assert probe.verify(token(KNOWN))["verdict"] == "KEYS_UNAVAILABLE"
            reasons.add(probe.status()["last_error"])
            assert probe.threads().count("cfaccess-names") <= 1
        began = time.monotonic()
        probe.ask("close")

        assert time.monotonic() < began + 1.5
        assert probe.threads().count("cfaccess-names") == 1
        assert f"the name {HOST} does not resolve: an earlier lookup has not ended" in reasons


def authorities(endpoint: Endpoint, tmp_path: Path) -> Path:
    folder = tmp_path / "authorities"
    folder.mkdir()
    (folder / "trusted.pem").write_bytes(Path(endpoint.ca_file).read_bytes())
    return folder


def made(endpoint: Endpoint, **variables: object) -> dict[str, Any]:
    """How keys are made without a ca_file, and with these variables."""
    environment = {**endpoint.environment(), **{name: str(value) for name, value in variables.items()}}
    with Probe(endpoint, environment, ca_file=None, **OPTIONS) as probe:
        outcome = dict(probe.made)
        if outcome["verdict"] == "OK":
            outcome["connected"] = probe.connect()
        return outcome


def test_authorities_of_the_environment(endpoint: Endpoint, tmp_path: Path) -> None:
    folder = authorities(endpoint, tmp_path)
    (folder / "unreadable").mkdir()
    (folder / "notes.txt").write_text("no certificate")

    assert made(endpoint, SSL_CERT_FILE=endpoint.ca_file)["connected"] == "OK"
    assert made(endpoint, SSL_CERT_DIR=folder)["connected"] == "OK"
    assert made(endpoint, SSL_CERT_DIR=f"{folder}:{folder}")["connected"] == "OK"


def test_authorities_of_the_environment_that_are_missing_are_named(
    endpoint: Endpoint, tmp_path: Path
) -> None:
    folder, missing, empty = authorities(endpoint, tmp_path), tmp_path / "missing", tmp_path / "empty"
    empty.write_text("")

    cases: list[tuple[dict[str, object], str]] = [
        ({"SSL_CERT_FILE": missing}, f"cannot read {missing}, which SSL_CERT_FILE names: No such file.*"),
        ({"SSL_CERT_DIR": missing}, f"cannot read {missing}, which SSL_CERT_DIR names: No such file.*"),
        ({"SSL_CERT_DIR": f"{folder}:{missing}"}, f"cannot read {missing}, which SSL_CERT_DIR names: .*"),
        (
            {"SSL_CERT_FILE": missing, "SSL_CERT_DIR": folder},
            f"cannot read {missing}, which SSL_CERT_FILE .*",
        ),
        ({"SSL_CERT_FILE": empty}, "what SSL_CERT_FILE names holds no certificate"),
    ]
    for variables, message in cases:
        outcome = made(endpoint, **variables)
        assert outcome["verdict"] == "INVALID_CONFIG", variables
        assert re.fullmatch(message, outcome["message"]), outcome
