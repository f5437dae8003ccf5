"""`cfaccess.testing`: what the fixtures make is what the library accepts, and each fault is what it says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import cfaccess
import pytest
from cfaccess import AccessError, Expired, Keys, UnknownKey, Verifier, WrongAudience

pytest.importorskip("cryptography", reason="the Python package cryptography is missing")

from cfaccess.testing import TEAM, LocalAccess, LocalKeys, audience_of
from cfaccess.testing._faults import HEADER_FAULTS, TOKEN_FAULTS
from cfaccess.testing._times import seconds
from support import plugin

PACKAGE = Path(cfaccess.__file__).parent
PROJECT = Path(__file__).parents[1] / "pyproject.toml"


@pytest.fixture(scope="module")
def access_keys() -> LocalKeys:
    return LocalKeys()


@pytest.fixture
def access(access_keys: LocalKeys) -> LocalAccess:
    return LocalAccess(access_keys)


def test_a_person_is_who_was_asked_for(access: LocalAccess) -> None:
    claims = access.verifier().verify(access.mint("Grace@example.com", custom={"department": "research"}))

    assert (claims.email, claims.kind) == ("grace@example.com", "person")
    assert claims.custom == {"department": "research"}
    again = access.claims("grace@example.com")
    assert again.subject == claims.subject, "an address has one subject"


def test_a_service_is_who_was_asked_for(access: LocalAccess) -> None:
    claims = access.claims(service="ci")

    assert claims.kind == "service"
    assert claims.common_name is not None
    assert claims.common_name.endswith(".access")


def test_times_are_relative_to_now(access: LocalAccess) -> None:
    verifier = access.verifier()

    with pytest.raises(Expired):
        verifier.verify(access.mint(issued="-2h", expires="-1h"))
    assert verifier.verify(access.mint(issued="-2h", expires="+30s")).email == "ada@example.com"
    assert [seconds(text, "issued") for text in ("-1h30m", "+90s", "2d", "0s")] == [-5_400, 90, 172_800, 0]
    for wrong in ("1", "1h ago", "--1h", "", "h", "+1w"):
        with pytest.raises(ValueError, match="is not a time"):
            seconds(wrong, "issued")


def test_a_claim_can_be_replaced_and_removed(access: LocalAccess) -> None:
    claims = access.verifier().verify(access.mint(country="DE", policy_id=None))

    assert claims.country == "DE"
    assert "policy_id" not in claims.payload


def test_a_verifier_takes_options_and_other_audiences(access: LocalAccess) -> None:
    other = audience_of("other")

    with pytest.raises(WrongAudience):
        access.verifier([other]).verify(access.mint())
    assert access.verifier([other]).verify(access.mint(audience=other)).audiences == (other,)


def test_the_key_before_is_accepted_until_the_second_rotation(access: LocalAccess) -> None:
    verifier = access.verifier()
    first = access.mint()
    access.rotate()
    assert verifier.verify(first)
    assert verifier.verify(access.mint())

    access.rotate()

    with pytest.raises(UnknownKey):
        verifier.verify(first)
    assert verifier.verify(access.mint())


@pytest.mark.parametrize("name", TOKEN_FAULTS)
def test_a_spoiled_token_is_refused_with_its_status(access: LocalAccess, name: str) -> None:
    with access.fault(name) as status, pytest.raises(AccessError) as refused:
        access.verifier(allow_services="any").verify(access.mint())
    assert refused.value.status == status

    assert access.verifier().verify(access.mint()), "the fault is over"


@pytest.mark.parametrize("name", HEADER_FAULTS)
def test_spoiled_headers_are_refused_with_their_status(access: LocalAccess, name: str) -> None:
    with access.fault(name) as status, pytest.raises(AccessError) as refused:
        access.verifier().verify_request(access.headers("grace@example.com"))
    assert refused.value.status == status


def test_headers_of_a_service_name_no_e_mail(access: LocalAccess) -> None:
    assert list(access.headers(service="ci")) == ["Cf-Access-Jwt-Assertion"]
    assert access.headers("grace@example.com")["Cf-Access-Authenticated-User-Email"] == "grace@example.com"


def test_wrong_arguments_are_refused(access: LocalAccess) -> None:
    with pytest.raises(ValueError, match="none of the faults"), access.fault("expird"):
        pass
    with pytest.raises(TypeError, match="not of both"):
        access.mint("ada@example.com", service="ci")


def test_no_module_but_its_own_imports_it() -> None:
    importers = [
        path.relative_to(PACKAGE)
        for path in PACKAGE.rglob("*.py")
        if path.parent.name != "testing"
        and path.name != "_pytest.py"
        and "testing" in path.read_text(encoding="utf-8")
    ]

    assert importers == []


TESTS = """
import pytest
from cfaccess.wsgi import AccessMiddleware, caller

def view(environ, start_response):
    start_response("200 OK", [])
    return [caller(environ).email.encode()]

def test_a_request(access):
    assert access.verifier().verify_request(access.headers()).email == "ada@example.com"

def test_keys_are_made_once(access_keys, access):
    assert access_keys.current.jwk["cfaccess_local"] is True

def test_a_server(access_server):
    access_server("http://127.0.0.1:1")
"""


@pytest.mark.parametrize(("required", "outcome"), [("", "2 passed, 1 skipped"), ("1", "1 failed, 2 passed")])
def test_pytest_finds_the_fixtures_and_says_what_is_missing(
    tmp_path: Path, required: str, outcome: str
) -> None:
    (tmp_path / "test_app.py").write_text(TESTS)
    environment = {
        **os.environ,
        "PYTHONPATH": str(PACKAGE.parent),
        "PATH": "/nonexistent",
        "CFACCESS_TESTING_REQUIRE": required,
    }
    environment.pop("CFACCESS_PROGRAM", None)

    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *plugin(), "-p", "no:cacheprovider", "-q", tmp_path],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert outcome in ended.stdout, ended.stdout + ended.stderr
    assert "the program cfaccess is missing" in ended.stdout or not required


def test_the_plugin_is_declared_and_cheap() -> None:
    assert 'cfaccess = "cfaccess._pytest"' in PROJECT.read_text(encoding="utf-8")

    code = "import sys, cfaccess._pytest; sys.exit('cryptography' in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)}, check=False
    )

    assert found.returncode == 0


def test_keys_of_the_fixtures_are_for_the_local_team_alone(
    access: LocalAccess, access_keys: LocalKeys
) -> None:
    with pytest.raises(AccessError) as refused:
        Verifier(team="acme", audiences=[access.audience], keys=Keys.from_json(access_keys.document()))

    assert refused.value.status == "INVALID_CONFIG"
    assert TEAM == "cfaccess-local"
