"""The variables, in each phase, and what cannot be smuggled through them."""

from __future__ import annotations

import json

import mint
import pytest

from .conftest import StartNginx
from .tokens import EMAIL, FIXED_KEYS, bearing, person, service
from .upstream import Upstream


def test_who_is_calling(start: StartNginx, upstream: Upstream) -> None:
    names = ("status", "kind", "email", "subject", "principal", "claim_country", "claim_none")
    headers = " ".join(f"proxy_set_header X-{name.replace('_', '-')} $cfaccess_{name};" for name in names)
    nginx = start(
        f"cfaccess on; {FIXED_KEYS} cfaccess_allow_service any;"
        f"location / {{ {headers} proxy_pass {upstream.url}; }}"
    )

    nginx.get("/", bearing(person(sub="ada")))
    assert [upstream.last.all(f"X-{name}") for name in names] == [
        ["OK"],
        ["person"],
        [EMAIL],
        ["ada"],
        ["acme.cloudflareaccess.com/person/ada"],
        ["US"],
        [],
    ]
    nginx.get("/", bearing(service(common_name="ci.access")))
    assert upstream.last.all("X-kind") == ["service"]
    assert upstream.last.all("X-principal") == ["acme.cloudflareaccess.com/service/ci.access"]
    assert upstream.last.all("X-email") == []


def test_they_are_right_before_access_is_decided(start: StartNginx) -> None:
    nginx = start(
        f"cfaccess on; {FIXED_KEYS} set $early $cfaccess_email;"
        'if ($cfaccess_status != OK) { return 418 "$cfaccess_status\\n"; }'
        "add_header X-Early $early; add_header X-Mapped $mapped;",
        http=f"map $cfaccess_email $mapped {{ default nobody; {EMAIL} ada; }}",
    )

    refused = nginx.get("/page.txt")
    assert (refused.status, refused.body) == (418, b"NO_TOKEN\n")
    accepted = nginx.get("/page.txt", bearing(person()))
    assert (accepted.one("X-Early"), accepted.one("X-Mapped")) == (EMAIL, "ada")


def test_they_are_empty_where_nobody_is_asked(start: StartNginx) -> None:
    nginx = start(f'{FIXED_KEYS} add_header X-Seen "[$cfaccess_status$cfaccess_email]";')

    assert nginx.get("/page.txt", bearing(person())).one("X-Seen") == "[]"


def test_they_are_logged(start: StartNginx) -> None:
    nginx = start(
        f"cfaccess on; {FIXED_KEYS} access_log access.log who;",
        http='log_format who "$status $cfaccess_status $cfaccess_email";',
    )

    nginx.get("/page.txt", bearing(person()))
    nginx.get("/page.txt")

    log = nginx.folder / "access.log"
    nginx.wait_until(lambda: log.read_text() == f"200 OK {EMAIL}\n401 NO_TOKEN -\n", "both lines")


CLAIMS: dict[str, tuple[object, str]] = {
    "a string": ("plain", "plain"),
    "quotes": ('say "hi" \\ /', 'say "hi" \\ /'),
    "other scripts": ("Zoë 漢字 🎉", "Zoë 漢字 🎉"),
    "much of it": ("é" * 2000, "é" * 2000),
    "line ends": ("a\r\nX-Evil: 1", '"a\\r\\nX-Evil: 1"'),
    "a NUL": ("a\0b", '"a\\u0000b"'),
    "a control character": ("a\x1bb", '"a\\u001bb"'),
    "a number": (42, "42"),
    "a truth": (True, "true"),
    "nothing": (None, ""),
    "a list": (["a,b", "c d"], '["a,b","c d"]'),
    "an object": ({"a": {"b": [1, "}"]}}, '{"a":{"b":[1,"}"]}}'),
    "an empty string": ("", ""),
}


@pytest.mark.parametrize(("claim", "text"), CLAIMS.values(), ids=CLAIMS)
def test_claims_of_every_kind(start: StartNginx, upstream: Upstream, claim: object, text: str) -> None:
    nginx = start(
        f"cfaccess on; {FIXED_KEYS} large_client_header_buffers 4 32k;"
        f"location / {{ proxy_set_header X-Extra $cfaccess_claim_extra; proxy_pass {upstream.url}; }}"
    )

    answer = nginx.get("/", bearing(person(extra=claim)))

    assert answer.status == 200
    values = [value.encode("latin-1").decode() for value in upstream.last.all("X-Extra")]
    assert values == ([text] if text else [])
    assert upstream.last.all("X-Evil") == []


def test_white_space_between_the_parts_of_a_claim_is_left_out(start: StartNginx, upstream: Upstream) -> None:
    nginx = start(
        f"cfaccess on; {FIXED_KEYS}"
        f"location / {{ proxy_set_header X-Extra $cfaccess_claim_extra; proxy_pass {upstream.url}; }}"
    )
    claims = json.loads(mint.decode(person().split(".")[1].encode()))
    spaced = json.dumps({**claims, "extra": ["a b", {"c": 1}]}, indent=2).replace("\n", "\r\n").encode()

    answer = nginx.get("/", bearing(mint.token(payload=spaced).decode()))

    assert answer.status == 200
    assert upstream.last.all("X-Extra") == ['["a b",{"c":1}]']
