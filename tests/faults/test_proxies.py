"""Ways to the endpoint: which proxy is used, as curl has it, and what is said of one that fails."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator

import pytest
from endpoint import Endpoint, token
from endpoint.proxy import Proxy, Socks

from .probe import Json, Probe
from .runs import KNOWN, OPTIONS, TIMEOUT

URL = "https://acme.cloudflareaccess.com/cdn-cgi/access/certs"


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as running:
        yield running


def verdict(endpoint: Endpoint, proxy: str | None = None, **environment: str) -> Json:
    """Of a good token, with these proxies. No name has an address here, so that there is no other way."""
    with Probe(endpoint, environment, proxy=proxy, **OPTIONS) as probe:
        assert probe.made["verdict"] == "OK", probe.made
        return probe.verify(token(KNOWN))


def refusal(endpoint: Endpoint, **environment: str) -> str:
    """The message with which keys are refused in this environment."""
    with Probe(endpoint, environment, **OPTIONS) as probe:
        assert probe.made["verdict"] == "INVALID_CONFIG", probe.made
        return str(probe.made["message"])


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_the_way_leads_through_the_proxy(endpoint: Endpoint, name: str) -> None:
    assert verdict(endpoint, **{name: endpoint.proxy})["verdict"] == "OK"


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy"])
def test_a_proxy_for_http_is_not_used(endpoint: Endpoint, name: str) -> None:
    """A request sets `HTTP_PROXY` for a CGI program, by a header named Proxy."""
    assert verdict(endpoint, **{name: endpoint.proxy})["verdict"] == "KEYS_UNAVAILABLE"
    assert endpoint.connections == []


NOWHERE = "http://127.0.0.1:9"
HERE = "(the proxy of the endpoint)"

ENVIRONMENTS: list[dict[str, str]] = [
    {},
    {"HTTPS_PROXY": HERE, "ALL_PROXY": NOWHERE},
    {"HTTPS_PROXY": NOWHERE, "ALL_PROXY": HERE},
    {"https_proxy": HERE, "HTTPS_PROXY": NOWHERE},
    {"https_proxy": NOWHERE, "HTTPS_PROXY": HERE},
    {"https_proxy": "", "HTTPS_PROXY": HERE},
    {"HTTPS_PROXY": "", "all_proxy": HERE, "ALL_PROXY": NOWHERE},
    {"all_proxy": HERE, "HTTPS_PROXY": NOWHERE},
    {"HTTP_PROXY": HERE, "http_proxy": HERE},
    *(
        {"HTTPS_PROXY": HERE, "NO_PROXY": exceptions}
        for exceptions in [
            "",
            "*",
            "localhost,*",
            "acme.cloudflareaccess.com",
            "cloudflareaccess.com",
            ".cloudflareaccess.com",
            "com",
            "CLOUDFLAREaccess.com",
            "cloudflareaccess.com.",
            "localhost, cloudflareaccess.com",
            "localhost ,  .cloudflareaccess.com  ,x",
            ",,cloudflareaccess.com",
            "*.cloudflareaccess.com",
            "access.com",
            "cloudflareaccess.com:443",
            "acme.cloudflareaccess.com:443",
            "other.cloudflareaccess.com",
            "acme",
            "127.0.0.1,10.0.0.0/8",
        ]
    ),
    {"HTTPS_PROXY": HERE, "NO_PROXY": "cloudflareaccess.com", "no_proxy": "localhost"},
    {"HTTPS_PROXY": HERE, "NO_PROXY": "localhost", "no_proxy": "cloudflareaccess.com"},
    {"HTTPS_PROXY": HERE, "NO_PROXY": "cloudflareaccess.com", "no_proxy": ""},
    {"HTTPS_PROXY": "htp://127.0.0.1", "NO_PROXY": "cloudflareaccess.com"},
]


def shown(environment: dict[str, str]) -> str:
    return " ".join(f"{name}={value}" for name, value in environment.items()) or "nothing"


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=shown)
def test_proxies_are_chosen_as_by_curl(endpoint: Endpoint, environment: dict[str, str]) -> None:
    environment = {name: endpoint.proxy if value == HERE else value for name, value in environment.items()}

    ours = verdict(endpoint, **environment)["verdict"] == "OK"

    assert ours == curl_arrives(endpoint, environment)


def curl_arrives(endpoint: Endpoint, environment: dict[str, str]) -> bool:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("no curl")
    inherited = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    command = [curl, "-qsS", "--max-time", "5", "--cacert", endpoint.ca_file, "-o", os.devnull, URL]
    return subprocess.run(command, env={**inherited, **environment}, check=False).returncode == 0


@pytest.mark.parametrize("exceptions", ["", "localhost"])
def test_the_option_is_used_in_place_of_the_environment(endpoint: Endpoint, exceptions: str) -> None:
    arrived = verdict(endpoint, endpoint.proxy, https_proxy="htp://unusable", NO_PROXY=exceptions)

    assert arrived["verdict"] == "OK"


def test_the_empty_option_is_no_proxy(endpoint: Endpoint) -> None:
    assert verdict(endpoint, "", HTTPS_PROXY=endpoint.proxy)["verdict"] == "KEYS_UNAVAILABLE"
    assert endpoint.connections == []


def test_an_exception_counts_for_the_option_too(endpoint: Endpoint) -> None:
    refused = verdict(endpoint, endpoint.proxy, NO_PROXY="cloudflareaccess.com")

    assert refused["verdict"] == "KEYS_UNAVAILABLE"
    assert endpoint.connections == []


@pytest.mark.parametrize(
    "url", ["htp://user:secret@{0}", "http://user:secret@", "[::1", "{0}x", "http://", " {0}"]
)
@pytest.mark.parametrize("name", ["https_proxy", "ALL_PROXY"])
def test_a_proxy_that_cannot_be_used_is_refused_by_its_name(endpoint: Endpoint, name: str, url: str) -> None:
    message = refusal(endpoint, **{name: url.format(endpoint.proxy.removeprefix("http://"))})

    assert message.startswith(f"{name} names no usable proxy: ")
    assert "secret" not in message


def test_a_proxy_that_wants_a_password(endpoint: Endpoint) -> None:
    with Proxy(endpoint.port, credentials="ada:p@ss word") as proxy:
        at = f"127.0.0.1:{proxy.port}"
        assert verdict(endpoint, HTTPS_PROXY=f"http://ada:p%40ss%20word@{at}")["verdict"] == "OK"

        refused = verdict(endpoint, HTTPS_PROXY=f"http://ada:secret@{at}")

    assert refused["message"].endswith(
        f"the proxy {at} (HTTPS_PROXY) answered HTTP 407: it requires a valid user and password"
    )


def test_a_proxy_over_tls(endpoint: Endpoint) -> None:
    with Proxy(endpoint.port, context=endpoint.context) as proxy:
        arrived = verdict(endpoint, HTTPS_PROXY=f"https://127.0.0.1:{proxy.port}")
        assert arrived["verdict"] == "OK", arrived
        assert proxy.tunnels == 1


@pytest.mark.parametrize("scheme", ["socks4a", "socks5h", "SOCKS5H"])
def test_a_socks_proxy(endpoint: Endpoint, scheme: str) -> None:
    with Socks(endpoint.port) as proxy:
        assert verdict(endpoint, HTTPS_PROXY=f"{scheme}://{proxy.address}")["verdict"] == "OK"
        assert proxy.names == ["acme.cloudflareaccess.com"]


@pytest.mark.parametrize("scheme", ["socks", "socks4", "socks5"])
def test_a_socks_proxy_that_is_given_an_address(endpoint: Endpoint, scheme: str) -> None:
    """The name is looked up here, where it has no address."""
    with Socks(endpoint.port) as proxy:
        refused = verdict(endpoint, HTTPS_PROXY=f"{scheme}://{proxy.address}")

        assert "the name acme.cloudflareaccess.com does not resolve" in refused["message"]
        assert proxy.names == []


def test_a_socks_proxy_that_wants_a_password(endpoint: Endpoint) -> None:
    with Socks(endpoint.port, credentials="ada:p@ss") as proxy:
        assert verdict(endpoint, HTTPS_PROXY=f"socks5h://ada:p%40ss@{proxy.address}")["verdict"] == "OK"

        refused = verdict(endpoint, HTTPS_PROXY=f"socks5h://ada:secret@{proxy.address}")

    assert "password authentication failed" in refused["message"]
    assert "secret" not in refused["message"]


def test_a_proxy_that_is_not_there(endpoint: Endpoint) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        at = f"127.0.0.1:{bound.getsockname()[1]}"

        refused = verdict(endpoint, HTTPS_PROXY=f"http://{at}")

    assert refused["message"].endswith(f"the proxy {at} (HTTPS_PROXY) refused the connection")
    assert refused["waited"] < TIMEOUT / 2


def test_a_proxy_whose_name_has_no_address(endpoint: Endpoint) -> None:
    refused = verdict(endpoint, "http://proxy.invalid:3128")

    assert "the name proxy.invalid does not resolve: " in refused["message"]
    assert refused["message"].endswith("(on the way through the proxy proxy.invalid:3128 (proxy))")


def test_a_proxy_that_speaks_something_else(endpoint: Endpoint) -> None:
    # A server of TLS does not know what CONNECT is, and closes.
    at = f"127.0.0.1:{endpoint.port}"

    refused = verdict(endpoint, HTTPS_PROXY=at)

    assert f"the proxy {at} (HTTPS_PROXY) " in refused["message"]


@pytest.fixture(params=["never answers", "answers without end"])
def stuck(request: pytest.FixtureRequest, endpoint: Endpoint) -> Iterator[str]:
    """The address of a proxy that takes connections, and opens no tunnel."""
    if request.param == "never answers":
        with Endpoint() as silent:
            silent.behave("stalled")
            yield f"127.0.0.1:{silent.port}"
    else:
        with Proxy(endpoint.port, drips=True) as proxy:
            yield f"127.0.0.1:{proxy.port}"


def test_a_proxy_that_opens_no_tunnel_holds_up_nobody(endpoint: Endpoint, stuck: str) -> None:
    with Probe(endpoint, {"HTTPS_PROXY": stuck}, **OPTIONS) as probe:
        begin = time.monotonic()
        refused = probe.verify(token(KNOWN))
        probe.ask("close")
        closed_after = time.monotonic() - begin

        assert refused["verdict"] == "KEYS_UNAVAILABLE"
        assert refused["waited"] < TIMEOUT + 0.15
        assert closed_after < TIMEOUT + 0.5, "no fetch goes on"
        reason = f"the proxy {stuck} (HTTPS_PROXY) had not connected to acme.cloudflareaccess.com"
        assert probe.status()["last_error"] == f"timeout: after 1 s, {reason}"


def test_the_certificate_of_the_endpoint_counts_and_not_that_of_the_way(endpoint: Endpoint) -> None:
    with Endpoint() as other:
        refused = verdict(endpoint, HTTPS_PROXY=other.proxy)

        assert refused["verdict"] == "KEYS_UNAVAILABLE"
        assert "certificate" in refused["message"]
        assert other.requests == []
