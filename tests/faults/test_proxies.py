"""Ways to the endpoint that lead elsewhere."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from endpoint import Endpoint, token

from .probe import Json, Probe
from .runs import KNOWN, OPTIONS, TIMEOUT


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as running:
        yield running


def verdict(endpoint: Endpoint, **environment: str) -> Json:
    """Of a good token, with these proxies. No name has an address here, so that there is no other way."""
    with Probe(endpoint, environment, **OPTIONS) as probe:
        assert probe.made["verdict"] == "OK"
        return probe.verify(token(KNOWN))


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_the_way_leads_through_the_proxy(endpoint: Endpoint, name: str) -> None:
    assert verdict(endpoint, **{name: endpoint.proxy})["verdict"] == "OK"


@pytest.mark.parametrize(
    "excepted",
    ["acme.cloudflareaccess.com", ".cloudflareaccess.com", "*", "localhost,.cloudflareaccess.com"],
)
def test_no_proxy_leads_past_it(endpoint: Endpoint, excepted: str) -> None:
    refused = verdict(endpoint, HTTPS_PROXY=endpoint.proxy, NO_PROXY=excepted)

    assert refused["verdict"] == "KEYS_UNAVAILABLE"
    assert endpoint.connections == []


def test_no_proxy_for_others_changes_nothing(endpoint: Endpoint) -> None:
    assert verdict(endpoint, HTTPS_PROXY=endpoint.proxy, NO_PROXY="localhost,example.com")["verdict"] == "OK"


def test_without_a_proxy_it_is_not_found(endpoint: Endpoint) -> None:
    assert verdict(endpoint)["verdict"] == "KEYS_UNAVAILABLE"
    assert endpoint.connections == []


def test_a_proxy_that_is_not_there(endpoint: Endpoint) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{bound.getsockname()[1]}"

        refused = verdict(endpoint, HTTPS_PROXY=nobody)

    assert refused["verdict"] == "KEYS_UNAVAILABLE"
    assert refused["waited"] < TIMEOUT / 2


def test_a_proxy_that_is_none(endpoint: Endpoint) -> None:
    # A server of TLS does not know what CONNECT is.
    refused = verdict(endpoint, HTTPS_PROXY=endpoint.url.replace("https", "http").rsplit("/", 3)[0])

    assert refused["verdict"] == "KEYS_UNAVAILABLE"


def test_the_certificate_of_the_endpoint_counts_and_not_that_of_the_way(endpoint: Endpoint) -> None:
    with Endpoint() as other:
        refused = verdict(endpoint, HTTPS_PROXY=other.proxy)

        assert refused["verdict"] == "KEYS_UNAVAILABLE"
        assert "certificate" in refused["message"]
        assert other.requests == []
