"""What `nginx -t` refuses, so that no request ever runs unguarded."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from endpoint import Endpoint

from .server import Nginx
from .tokens import AUDIENCE, FIXED_KEYS, KEYS_FILE, SETTINGS, fetched_keys

WRONG = {
    "no team": (f"cfaccess on; cfaccess_audience {AUDIENCE};", '"cfaccess_team" is missing'),
    "no audience": ("cfaccess on; cfaccess_team acme;", '"cfaccess_audience" is missing'),
    "no audience in one of two locations": (
        f"cfaccess_team acme; location /a {{ cfaccess on; cfaccess_audience {AUDIENCE}; }}"
        "location /b { cfaccess on; }",
        '"cfaccess_audience" is missing',
    ),
    "a wrong team": (f"cfaccess on; cfaccess_team a/b; cfaccess_audience {AUDIENCE};", "team"),
    "an empty audience": ('cfaccess on; cfaccess_team acme; cfaccess_audience "";', "audience"),
    "no value": ("cfaccess;", "invalid number of arguments"),
    "an unknown value": ("cfaccess perhaps;", "it must be"),
    "a variable": ("cfaccess $on;", "it must be"),
    "an unknown policy": (f"{FIXED_KEYS} cfaccess_email_header trust;", "invalid value"),
    "twice": (f"cfaccess on; cfaccess off; {FIXED_KEYS}", "is duplicate"),
    "inside if": (f"{FIXED_KEYS} location / {{ if ($arg_a) {{ cfaccess on; }} }}", "not allowed here"),
    "no keys file": (f"cfaccess on; {SETTINGS} cfaccess_keys_file /nonexistent;", "/nonexistent"),
    "a folder of keys": (f"cfaccess on; {SETTINGS} cfaccess_keys_file /tmp;", "not a file"),
    "a file of something else": (
        f"cfaccess on; {SETTINGS} cfaccess_keys_file nginx.conf;",
        "not strict JSON",
    ),
    "a wrong CA file": (f"cfaccess on; {SETTINGS} cfaccess_ca_file {KEYS_FILE};", "certificate"),
    "a wrong proxy": (f"cfaccess on; {SETTINGS} cfaccess_proxy ftp://a;", "proxy"),
    "a leeway that is too long": (f"cfaccess on; {FIXED_KEYS} cfaccess_leeway 1h;", "leeway"),
    "both any and one service": (f"cfaccess on; {FIXED_KEYS} cfaccess_allow_service any a;", "service"),
    "a wrong store": (f"cfaccess on; {FIXED_KEYS} cfaccess_revocations ftp://a;", "none of memory:"),
}


@pytest.mark.parametrize(("server", "message"), WRONG.values(), ids=WRONG)
def test_a_wrong_configuration_is_refused(tmp_path: Path, server: str, message: str) -> None:
    checked = Nginx(tmp_path, server).check()

    assert not checked.passed
    (line,) = (line for line in checked.output.splitlines() if "[emerg]" in line)
    assert message in line
    assert f"{tmp_path}/nginx.conf:" in line


def test_a_doubtful_audience_is_warned_of(tmp_path: Path) -> None:
    checked = Nginx(
        tmp_path, f"cfaccess on; cfaccess_team acme; cfaccess_audience wiki; cfaccess_keys_file {KEYS_FILE};"
    ).check()

    assert checked.passed
    assert "[warn]" in checked.output
    assert "64 hex digits" in checked.output


def test_a_check_fetches_nothing_and_writes_nothing(tmp_path: Path, endpoint: Endpoint) -> None:
    nginx = Nginx(
        tmp_path,
        f"cfaccess on; {fetched_keys(endpoint)}cfaccess_revocations sqlite:{tmp_path}/revocations.db;",
        http=f"cfaccess_cache_path {tmp_path}/cache;",
    )

    for option in ((), ("-T",)):
        checked = nginx.check(*option)
        assert checked.passed, checked.output

    assert endpoint.connections == []
    assert not (tmp_path / "revocations.db").exists()
    assert os.listdir(tmp_path / "cache") == []
