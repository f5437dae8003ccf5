"""Requests that nginx sends to another location by itself: that location decides."""

from __future__ import annotations

import pytest

from .conftest import StartNginx
from .server import Nginx
from .tokens import AUDIENCE, EMAIL, FIXED_KEYS, OTHER_AUDIENCE, bearing, person
from .upstream import EMAIL as HEADER
from .upstream import Upstream

WAYS = {
    "try_files": "try_files /nowhere {target};",
    "rewrite": "rewrite ^ {target} last;",
    "index": "index {target};",
    "error_page": "error_page 404 = {target}; try_files /nowhere =404;",
    "X-Accel-Redirect": "proxy_pass {upstream};",
}


def accelerated(upstream: Upstream, path: str, target: str) -> None:
    upstream.answers[path] = (
        f"HTTP/1.1 200 OK\r\nX-Accel-Redirect: {target}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    ).encode()


def led(start: StartNginx, upstream: Upstream, way: str, first: str, second: str) -> Nginx:
    """From /first/ to a second location, each with lines of its own."""
    accelerated(upstream, "/first/", "/second")
    line = WAYS[way].format(target="/second", upstream=upstream.url)
    return start(
        f"{FIXED_KEYS} cfaccess_email_header ignore; add_header X-Status $cfaccess_status always;"
        f"location /first/ {{ {first} {line} }}"
        f"location /second {{ {second} proxy_pass {upstream.url}; }}"
    )


@pytest.mark.parametrize("way", WAYS)
def test_the_second_location_decides_by_its_own_audience(
    start: StartNginx, upstream: Upstream, way: str
) -> None:
    nginx = led(start, upstream, way, "cfaccess on;", f"cfaccess on; cfaccess_audience {OTHER_AUDIENCE};")

    of_first = nginx.get("/first/", bearing(person()))
    assert (of_first.status, of_first.one("X-Status")) == (401, "WRONG_AUDIENCE")
    assert all(not seen.line.startswith("GET /second") for seen in upstream.seen)

    both = person(aud=[AUDIENCE, OTHER_AUDIENCE])
    of_both = nginx.get("/first/", [*bearing(both), (HEADER, "root@example.com")])
    assert of_both.status == 200
    assert upstream.last.line.startswith("GET /second")
    assert upstream.last.emails == [EMAIL]


@pytest.mark.parametrize("way", WAYS)
def test_from_an_open_location_to_a_guarded_one(start: StartNginx, upstream: Upstream, way: str) -> None:
    nginx = led(start, upstream, way, "", "cfaccess on;")

    refused = nginx.get("/first/", [(HEADER, "root@example.com")])
    assert refused.status == 401
    assert all(not seen.line.startswith("GET /second") for seen in upstream.seen)

    assert nginx.get("/first/", [*bearing(person()), (HEADER, "root@example.com")]).status == 200
    assert upstream.last.emails == [EMAIL]


@pytest.mark.parametrize("way", WAYS)
def test_from_a_guarded_location_to_one_where_it_is_off(
    start: StartNginx, upstream: Upstream, way: str
) -> None:
    nginx = led(start, upstream, way, "cfaccess on;", "cfaccess off;")

    assert nginx.get("/first/", [*bearing(person()), (HEADER, "root@example.com")]).status == 200
    assert upstream.last.emails == []


def test_what_the_client_said_is_remembered(start: StartNginx, upstream: Upstream) -> None:
    nginx = start(
        f"{FIXED_KEYS} add_header X-Status $cfaccess_status always;"
        f"location / {{ cfaccess off; try_files /nowhere @guarded; }}"
        f"location @guarded {{ cfaccess on; proxy_pass {upstream.url}; }}"
    )

    answer = nginx.get("/some", [*bearing(person()), (HEADER, "root@example.com")])

    assert (answer.status, answer.one("X-Status")) == (403, "IDENTITY_MISMATCH")


@pytest.mark.parametrize(("inside", "status"), [("cfaccess off;", 200), ("", 401)])
def test_a_page_for_those_who_are_refused(start: StartNginx, inside: str, status: int) -> None:
    nginx = start(
        f"cfaccess on; {FIXED_KEYS} error_page 401 = @login;"
        "add_header X-Status $cfaccess_status always;"
        f"location @login {{ {inside} rewrite ^ /page.txt break; }}"
    )

    answer = nginx.get("/page.txt")

    assert (answer.status, answer.all("X-Status")) == (status, ["NO_TOKEN"])
    assert answer.all("WWW-Authenticate") == ["Cloudflare-Access"]
    assert nginx.get("/page.txt", bearing(person())).status == 200


def test_a_page_in_json_names_the_status(start: StartNginx) -> None:
    nginx = start(
        f"cfaccess on; {FIXED_KEYS} error_page 401 @json; error_page 403 @json;"
        "location @json { cfaccess off; default_type application/json;"
        """ return 401 '{"error": "$cfaccess_status"}'; }"""
    )

    answer = nginx.get("/")

    assert (answer.status, answer.body) == (401, b'{"error": "NO_TOKEN"}')


def test_an_accepted_second_request_has_no_headers_of_the_first(start: StartNginx) -> None:
    nginx = start(
        f"cfaccess on; {FIXED_KEYS}"
        f"location /first {{ cfaccess_audience {OTHER_AUDIENCE}; error_page 401 = /page.txt; }}"
    )

    answer = nginx.get("/first", bearing(person()))

    assert answer.status == 200
    assert answer.all("Cache-Control") == []
