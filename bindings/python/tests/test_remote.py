"""Keys that are fetched: their options, and their status."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from cfaccess import InvalidArgument, InvalidConfig, Keys, KeysUnavailable, Verifier
from endpoint import Endpoint
from fetched import Source, eventually
from support import AUDIENCE, certs, fresh, key_id, new_verifier, status_of

DURATIONS = ["timeout", "refresh_after", "cooldown", "max_stale"]


def remote(**options: Any) -> Keys:
    """Keys of the team with these options."""
    return Keys.remote("acme", **options)


def test_keys_come_over_https_with_the_first_verification(endpoint: Endpoint) -> None:
    keys = Keys.remote("acme", ca_file=Path(endpoint.ca_file))
    verifier = new_verifier(keys)
    assert endpoint.requests == []

    assert verifier.verify(fresh()).email == "user@example.com"
    assert verifier.verify_request({"Cf-Access-Jwt-Assertion": fresh()})

    assert len(endpoint.requests) == 1


def test_endpoint_that_is_not_trusted_gives_no_keys(endpoint: Endpoint) -> None:
    keys = Keys.remote("acme")

    with pytest.raises(
        KeysUnavailable, match=r"no keys of acme\.cloudflareaccess\.com are in force.*certificate"
    ):
        keys.connect()


def test_the_proxy_of_the_application_leads_to_the_endpoint(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "htp://unusable")
    keys = Keys.remote("acme", ca_file=endpoint.ca_file, proxy=endpoint.proxy)

    keys.connect()

    assert len(endpoint.requests) == 1


def test_a_proxy_of_the_environment_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:secret@")
    monkeypatch.setenv("NO_PROXY", "")

    with pytest.raises(InvalidConfig, match=r"HTTPS_PROXY names no usable proxy: [^@]*$"):
        Keys.remote("acme")


def test_rotated_key_is_found_by_the_first_token_that_needs_it() -> None:
    source = Source("acme-1")
    verifier = new_verifier(source.keys())
    assert verifier.verify(fresh())

    source.hand_out("acme-1", "acme-2")

    eventually("the new key", lambda: status_of(lambda: verifier.verify(fresh("acme-2"))) == "OK")
    assert verifier.verify(fresh())
    assert source.fetches == 2


def test_given_time_waits_for_keys_like_the_clock(token: str, now: int) -> None:
    verifier = new_verifier(Source("acme-1").keys())

    assert verifier.verify(token, now=now)


def test_copy_on_disk_serves_during_an_outage(tmp_path: Path) -> None:
    copy = tmp_path / "keys.json"
    with Source("acme-1").keys(cache_file=copy, log=lambda *_: None) as keys:
        keys.connect()
        eventually("a copy", copy.exists)
    source = Source()
    source.answer(lambda: 1 / 0)

    verifier = new_verifier(source.keys(cache_file=os.fspath(copy)))

    assert verifier.verify(fresh())


def test_connecting_fetches_now_and_once() -> None:
    source = Source("acme-1")
    keys = source.keys()

    keys.connect()
    keys.connect()

    assert source.fetches == 1


def test_keys_from_a_document_are_connected(keys: Keys) -> None:
    keys.connect()


def test_status_before_and_after_a_fetch() -> None:
    source = Source("acme-2")
    keys = source.keys()
    counts = {"fetches": 0, "failures": 0, "not_modified": 0, "suppressed": 0}
    same: dict[str, Any] = {"source": "remote", "skipped": [], "last_error": None, **counts}
    assert keys.status() == {**same, "keys": [], "age": None, "next_refresh": 0.0}

    keys.connect()
    status = keys.status()

    assert 0 <= status.pop("age") < 5
    assert 3595 < status.pop("next_refresh") <= 3600
    assert [(key["kid"], key["sha256"], key["bits"]) for key in status.pop("keys")] == [
        (key_id("acme-2"), key_id("acme-2"), 2048)
    ]
    assert status == {**same, "fetches": 1}


def test_status_counts_what_went_wrong() -> None:
    source = Source()
    source.answer(lambda: 1 / 0)
    keys = source.keys(cooldown=30)
    verifier = new_verifier(keys)
    # After the fetch it asks for the keys once more, which counts as suppressed.
    assert status_of(keys.connect) == "KEYS_UNAVAILABLE"

    verdicts = [status_of(lambda: verifier.verify(fresh())) for _ in range(2)]

    assert verdicts == ["KEYS_UNAVAILABLE"] * 2
    status = keys.status()
    assert (status["fetches"], status["failures"], status["suppressed"]) == (1, 1, 3)
    assert status["last_error"] == "the fetch function failed: ZeroDivisionError: division by zero"


def test_documents_cannot_be_loaded_into_fetched_keys() -> None:
    with pytest.raises(InvalidArgument, match="fetched"):
        Source("acme-1").keys().load_json(certs("acme-1"))


def test_keys_of_another_team_are_refused() -> None:
    with pytest.raises(InvalidConfig, match=r"acme\.cloudflareaccess\.com"):
        Verifier(team="other", audiences=[AUDIENCE], keys=Source("acme-1").keys())


@pytest.mark.parametrize("team", ["", "a b", "acme.example.com", "acme\0", "\ud800"])
def test_team_that_is_none_is_refused(team: str) -> None:
    with pytest.raises(InvalidConfig):
        Keys.remote(team, fetch=Source("acme-1"))


@pytest.mark.parametrize(
    "options",
    [
        {"timeout": 0.1},
        {"timeout": 60},
        {"cooldown": 1, "refresh_after": 1, "max_stale": 1},
        {"refresh_after": 30},
        {"refresh_after": 518_400, "max_stale": 518_400.0},
        {"timeout": 0.29, "cooldown": 1.001, "refresh_after": 1.001},
    ],
)
def test_times_at_their_bounds(options: dict[str, Any]) -> None:
    assert remote(**options)


@pytest.mark.parametrize(
    ("wrong", "options"),
    [
        ("timeout", {"timeout": 0.099}),
        ("timeout", {"timeout": 60.001}),
        ("timeout", {"timeout": 0}),
        ("timeout", {"timeout": -0.001}),
        ("cooldown", {"cooldown": 0.999}),
        ("refresh_after", {"refresh_after": 29.999}),
        ("refresh_after", {"cooldown": 3601}),
        ("max_stale", {"max_stale": 3599}),
        ("max_stale", {"max_stale": 518_401}),
        *(
            (name, {name: value})
            for name in DURATIONS
            for value in (-1, -(10**30), float("nan"), float("inf"))
        ),
        *((name, {name: value}) for name in ("timeout", "max_stale") for value in (10**30, 1.7e308)),
    ],
)
def test_times_beyond_their_bounds_are_named(wrong: str, options: dict[str, Any]) -> None:
    with pytest.raises(InvalidConfig, match=f"INVALID_CONFIG: {wrong} is "):
        remote(**options)


@pytest.mark.parametrize("name", DURATIONS)
@pytest.mark.parametrize("value", ["5", None, True, b"5", [5]])
def test_times_of_another_type_are_a_type_error(name: str, value: Any) -> None:
    with pytest.raises(TypeError, match=f"{name} must be seconds as int or float"):
        remote(**{name: value})


@pytest.mark.parametrize("name", ["ca_file", "cache_file"])
def test_paths(name: str, tmp_path: Path) -> None:
    for path in (b"keys.json", 5, True):
        with pytest.raises(TypeError, match=f"{name} must be str or os.PathLike"):
            remote(**{name: path})
    with pytest.raises(InvalidArgument, match=f"the {name} has a NUL"):
        remote(**{name: "a\0b"})
    with pytest.raises(InvalidConfig, match=name):
        remote(**{name: tmp_path})


def test_a_verifier_begins_the_first_fetch_if_told_to(endpoint: Endpoint) -> None:
    keys = Keys.remote("acme", ca_file=endpoint.ca_file, prefetch=True)
    assert keys.status()["fetches"] == 0

    new_verifier(keys)

    assert keys.status()["fetches"] == 1
    with pytest.raises(TypeError, match="prefetch must be bool"):
        remote(prefetch=1)


@pytest.mark.parametrize("proxy", ["", "proxy", "http://user:secret@proxy:3128", "socks5h://proxy"])
def test_proxies_that_are_accepted(proxy: str) -> None:
    remote(proxy=proxy)


@pytest.mark.parametrize(
    "proxy", ["htp://user:secret@proxy", "http://user:secret@", "[::1", "proxy:port", "a\0b"]
)
def test_proxies_that_are_refused(proxy: str) -> None:
    with pytest.raises(InvalidConfig, match="proxy") as refused:
        remote(proxy=proxy)
    assert "secret" not in str(refused.value)


def test_a_proxy_of_another_type_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="proxy must be str"):
        remote(proxy=b"proxy")


@pytest.mark.parametrize("name", ["fetch", "log"])
def test_what_cannot_be_called_is_a_type_error(name: str) -> None:
    async def asynchronous(*_: object) -> str:
        return certs("acme-1")

    for function in ("https://acme.cloudflareaccess.com", 5, asynchronous):
        with pytest.raises(TypeError, match=f"{name} must be a plain function"):
            remote(**{name: function})


def test_unknown_option_and_team_by_another_type_are_type_errors() -> None:
    with pytest.raises(TypeError, match="retries"):
        remote(retries=5)
    with pytest.raises(TypeError, match="team must be str"):
        Keys.remote(b"acme")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="positional"):
        Keys.remote("acme", "ca.pem")  # type: ignore[call-arg]


def test_closed_keys_are_an_invalid_argument() -> None:
    keys = Source("acme-1").keys()
    keys.close()

    for use in (keys.connect, keys.status):
        with pytest.raises(InvalidArgument, match="this Keys is closed"):
            use()
