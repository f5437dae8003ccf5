"""What a verifier may be made of. Nothing of it can be left out, and nothing turns a check off."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from cfaccess import Keys, Verifier
from support import AUDIENCE, CLIENT_ID, NOW, mint, new_verifier, person, service, status_of


@pytest.mark.parametrize(
    "audiences",
    [
        AUDIENCE,
        AUDIENCE.encode(),
        None,
        5,
        [5],
        [None],
        [AUDIENCE.encode()],
        [[AUDIENCE]],
        {AUDIENCE: 1}.items(),
    ],
)
def test_audiences_of_another_type_are_a_type_error(keys: Keys, audiences: Any) -> None:
    with pytest.raises(TypeError, match="audiences must be"):
        new_verifier(keys, audiences=audiences)


@pytest.mark.parametrize("form", [list, tuple, set, frozenset, iter])
def test_audiences_in_every_form_of_list(keys: Keys, token: str, form: Callable[[list[str]], Any]) -> None:
    assert new_verifier(keys, audiences=form([AUDIENCE, "0" * 64])).verify(token, now=NOW)


@pytest.mark.parametrize("services", ["ANY", "", CLIENT_ID, b"any", None, True, 5, [5], [None], [b"any"]])
def test_allow_services_of_another_type_is_a_type_error(keys: Keys, services: Any) -> None:
    with pytest.raises(TypeError, match="allow_services must be"):
        new_verifier(keys, allow_services=services)


@pytest.mark.parametrize(
    ("services", "verdict"),
    [
        ((), "SERVICE_NOT_ALLOWED"),
        ([], "SERVICE_NOT_ALLOWED"),
        (["f" * 32 + ".access"], "SERVICE_NOT_ALLOWED"),
        (["any"], "SERVICE_NOT_ALLOWED"),
        ([CLIENT_ID], "OK"),
        ({CLIENT_ID}, "OK"),
        ("any", "OK"),
    ],
)
def test_services_are_allowed_by_name_only(keys: Keys, services: Any, verdict: str) -> None:
    verifier = new_verifier(keys, allow_services=services)

    assert status_of(lambda: verifier.verify(mint(service()), now=NOW)) == verdict


@pytest.mark.parametrize("name", ["leeway", "max_lifetime", "max_age"])
@pytest.mark.parametrize("seconds", [True, "30", 1j, [30]])
def test_options_of_another_type_are_a_type_error(keys: Keys, name: str, seconds: Any) -> None:
    with pytest.raises(TypeError, match=f"{name} must be seconds as int or float"):
        new_verifier(keys, **{name: seconds})


WRAPPING = [2**63, 2**64, 2**64 + 30, -(2**64) + 30, 2**32 * 2**32 + 1, 10**400]


@pytest.mark.parametrize(
    "seconds", [-1, -0.5, 301, 2**31, *WRAPPING, 1e300, float("inf"), -float("inf"), float("nan")]
)
def test_leeway_out_of_range_is_an_invalid_config(keys: Keys, seconds: float) -> None:
    assert status_of(lambda: new_verifier(keys, leeway=seconds)) == "INVALID_CONFIG"


@pytest.mark.parametrize("seconds", [0, 0.9, -1, 31_622_401, *WRAPPING, 1e300, float("inf"), float("nan")])
def test_max_lifetime_out_of_range_is_an_invalid_config(keys: Keys, seconds: float) -> None:
    assert status_of(lambda: new_verifier(keys, max_lifetime=seconds)) == "INVALID_CONFIG"


@pytest.mark.parametrize("seconds", [0, 0.9, -1, 31_622_401, *WRAPPING, 1e300, float("inf"), float("nan")])
def test_max_age_out_of_range_is_an_invalid_config(keys: Keys, seconds: float) -> None:
    assert status_of(lambda: new_verifier(keys, max_age=seconds)) == "INVALID_CONFIG"


@pytest.mark.parametrize("name", ["leeway", "max_lifetime"])
def test_only_max_age_may_be_none(keys: Keys, name: str) -> None:
    with pytest.raises(TypeError, match=f"{name} must be seconds as int or float"):
        new_verifier(keys, **{name: None})


@pytest.mark.parametrize("value", [1, 0, None, "false", "yes", []])
def test_accept_cookie_is_a_bool(keys: Keys, value: Any) -> None:
    with pytest.raises(TypeError, match="accept_cookie must be bool"):
        new_verifier(keys, accept_cookie=value)


@pytest.mark.parametrize("value", [None, 0, True, b"check", ["check"]])
def test_email_header_of_another_type_is_a_type_error(keys: Keys, value: Any) -> None:
    with pytest.raises(TypeError, match="email_header must be str"):
        new_verifier(keys, email_header=value)


@pytest.mark.parametrize("value", ["", "Check", "off", "none", "check "])
def test_email_header_that_is_no_policy_is_an_invalid_config(keys: Keys, value: str) -> None:
    assert status_of(lambda: new_verifier(keys, email_header=value)) == "INVALID_CONFIG"


def test_fractions_of_options_are_rounded_down(keys: Keys) -> None:
    verifier = new_verifier(keys, leeway=300.9, max_lifetime=3660.9)

    assert status_of(lambda: verifier.verify(mint(person()), now=NOW + 3600 + 299)) == "OK"
    assert status_of(lambda: verifier.verify(mint(person()), now=NOW + 3600 + 300)) == "EXPIRED"
    assert status_of(lambda: verifier.verify(mint(person(exp=NOW + 3601)), now=NOW)) == "SESSION_TOO_LONG"


@pytest.mark.parametrize("text", ["\0", "acme\0", "acme\0.evil", "\ud800", "acme\udcff", "", " acme", "é"])
def test_team_that_is_no_name_is_an_invalid_config(keys: Keys, text: str) -> None:
    assert status_of(lambda: new_verifier(keys, team=text)) == "INVALID_CONFIG"


@pytest.mark.parametrize(
    "text", ["\0", AUDIENCE + "\0", AUDIENCE + "\0x", "\ud800", AUDIENCE + "\udcff", "", "a b"]
)
def test_audience_that_is_no_tag_is_an_invalid_config(keys: Keys, text: str) -> None:
    assert status_of(lambda: new_verifier(keys, audiences=[text])) == "INVALID_CONFIG"
    assert status_of(lambda: new_verifier(keys, audiences=[AUDIENCE, text])) == "INVALID_CONFIG"


@pytest.mark.parametrize("text", ["\0", CLIENT_ID + "\0", CLIENT_ID + "\0x", "\ud800", ""])
def test_client_id_that_is_none_is_an_invalid_config(keys: Keys, text: str) -> None:
    assert status_of(lambda: new_verifier(keys, allow_services=[text])) == "INVALID_CONFIG"


@pytest.mark.parametrize("team", [None, 5, b"acme", ["acme"]])
def test_team_of_another_type_is_a_type_error(keys: Keys, team: Any) -> None:
    with pytest.raises(TypeError, match="team must be str"):
        new_verifier(keys, team=team)


@pytest.mark.parametrize("keys", [None, {}, "{}", b"{}", {"keys": []}])
def test_keys_of_another_type_are_a_type_error(keys: Any) -> None:
    with pytest.raises(TypeError, match="keys must be Keys"):
        new_verifier(keys)


@pytest.mark.parametrize("missing", ["team", "audiences", "keys"])
def test_nothing_is_open_by_default(keys: Keys, missing: str) -> None:
    options: dict[str, Any] = {"team": "acme", "audiences": [AUDIENCE], "keys": keys}
    del options[missing]

    with pytest.raises(TypeError, match=missing):
        Verifier(**options)


def test_no_audience_is_no_verifier(keys: Keys) -> None:
    assert status_of(lambda: new_verifier(keys, audiences=[])) == "INVALID_CONFIG"


@pytest.mark.parametrize(
    "option",
    ["cache", "audience", "verify", "algorithms"],
)
def test_unknown_options_are_type_errors(keys: Keys, option: str) -> None:
    with pytest.raises(TypeError, match=option):
        new_verifier(keys, **{option: 1})


def test_options_have_names_only(keys: Keys) -> None:
    kinds = {parameter.kind for parameter in inspect.signature(Verifier).parameters.values()}

    assert kinds == {inspect.Parameter.KEYWORD_ONLY}


def test_doubtful_audience_is_a_warning(keys: Keys) -> None:
    verifier = new_verifier(keys, audiences=[AUDIENCE, "my-application"])

    (warning,) = verifier.warnings
    assert "my-application" in warning


def test_usual_configuration_has_no_warning(verifier: Verifier) -> None:
    assert verifier.warnings == ()
