"""The team of a local Access: its keys, and where they come from."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cfaccess import InvalidConfig, Keys, KeysInvalid, KeysUnavailable, Revocations, Verifier
from endpoint import Endpoint
from support import AUDIENCE, NOW, VECTORS, certs, fresh, mint, new_verifier, person, status_of

LOCAL = "cfaccess-local"
ISSUER = "https://cfaccess-local.cloudflareaccess.com"
WARNING = "local team: tokens of this computer only"
DOCUMENT = (VECTORS / "local.jwks.json").read_bytes()


@contextmanager
def server(document: bytes = DOCUMENT) -> Iterator[tuple[str, list[str]]]:
    """The URL of a plain server on this computer, and the paths that it was asked for."""
    paths = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", str(len(document)))
            self.end_headers()
            self.wfile.write(document)

        do_CONNECT = do_GET

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.server_port}", paths
        finally:
            listening.shutdown()
            thread.join()


def local_verifier(keys: Keys, **options: Any) -> Verifier:
    return Verifier(team=LOCAL, audiences=[AUDIENCE], keys=keys, **options)


@pytest.fixture
def local_token() -> str:
    return mint(person(iss=ISSUER))


@pytest.mark.parametrize("named_by", ["option", "variable"])
def test_keys_come_from_this_computer_past_every_proxy(
    named_by: str, local_token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with server() as (url, paths), server() as (proxy, proxied):
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy)
        monkeypatch.setenv("CFACCESS_LOCAL", url if named_by == "variable" else "http://127.0.0.1:1")
        keys = Keys.remote(LOCAL, local=None if named_by == "variable" else url)

        assert local_verifier(keys).verify(local_token, now=NOW).issuer == ISSUER
        assert (paths, proxied) == (["/cdn-cgi/access/certs"], [])


def test_variable_moves_the_keys_of_no_real_team(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    with server() as (url, paths):
        for value in (url, "no address at all"):
            monkeypatch.setenv("CFACCESS_LOCAL", value)
            assert new_verifier(Keys.remote("acme", ca_file=endpoint.ca_file)).verify(fresh())
        assert paths == []
    assert len(endpoint.requests) == 2


def test_without_an_address_the_refusal_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CFACCESS_LOCAL", raising=False)
    with pytest.raises(InvalidConfig, match="start `cfaccess local`, then set CFACCESS_LOCAL"):
        Keys.remote(LOCAL)
    monkeypatch.setenv("CFACCESS_LOCAL", "http://user:secret@127.0.0.1:8780")
    with pytest.raises(InvalidConfig, match=r"CFACCESS_LOCAL is no address of a local Access") as refused:
        Keys.remote(LOCAL)
    assert "secret" not in str(refused.value)


def test_an_address_and_a_ca_file_exclude_each_other(endpoint: Endpoint) -> None:
    with pytest.raises(InvalidConfig, match="local and ca_file are both set"):
        Keys.remote(LOCAL, local="http://[::1]:8780", ca_file=endpoint.ca_file)


def test_a_ca_file_counts_instead_of_the_variable(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CFACCESS_LOCAL", "http://user@nowhere.test")
    Keys.remote(LOCAL, ca_file=endpoint.ca_file).close()


def test_an_address_of_another_type_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="local must be str"):
        Keys.remote(LOCAL, local=b"http://127.0.0.1:8780")  # type: ignore[arg-type]


def test_over_tls_only_the_ca_file_is_trusted(
    endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That its keys are read, and then refused for want of the mark, shows that the endpoint was trusted."""
    monkeypatch.delenv("CFACCESS_LOCAL", raising=False)
    with Endpoint() as other:
        stranger = tmp_path / "stranger.pem"
        stranger.write_bytes(Path(other.ca_file).read_bytes())
    monkeypatch.setenv("SSL_CERT_FILE", endpoint.ca_file)
    Keys.remote("acme", ca_file=stranger).connect()

    with pytest.raises(KeysUnavailable, match="the certificate of cfaccess-local"):
        Keys.remote(LOCAL, ca_file=stranger).connect()
    assert len(endpoint.requests) == 1
    with pytest.raises(KeysUnavailable, match="not marked as those of a local Access"):
        Keys.remote(LOCAL, ca_file=endpoint.ca_file).connect()
    assert len(endpoint.requests) == 2


def test_documents_of_the_other_kind_are_refused_at_every_door(keys: Keys) -> None:
    marked = Keys.from_json(DOCUMENT)
    for own, foreign in ((keys, DOCUMENT), (marked, certs("acme-1"))):
        before = own.status()
        with pytest.raises(KeysInvalid, match="marked as those of a local Access"):
            own.load_json(foreign)
        assert own.status() == before
    with pytest.raises(InvalidConfig, match="only the team cfaccess-local takes them"):
        new_verifier(marked)
    with pytest.raises(InvalidConfig, match="the team cfaccess-local takes no others"):
        local_verifier(keys)
    with pytest.raises(KeysUnavailable, match="only the team cfaccess-local takes them"):
        Keys.remote("acme", fetch=lambda _: DOCUMENT).connect()


def test_the_local_team_says_so_everywhere(local_token: str) -> None:
    verifier = local_verifier(Keys.from_json(DOCUMENT))

    assert verifier.warnings == (WARNING,)
    assert verifier.stats()["warnings"] == [WARNING]
    assert verifier.explain(local_token, now=NOW)["warnings"] == [WARNING]


def test_revocations_of_the_local_team_are_like_any_other(local_token: str) -> None:
    with Revocations.open("memory:", team=LOCAL) as revocations:
        verifier = local_verifier(Keys.from_json(DOCUMENT), revocations=revocations)
        assert verifier.verify(local_token, now=NOW)

        revocations.revoke(email="user@example.com")

        assert status_of(lambda: verifier.verify(local_token, now=NOW)) == "REVOKED"
