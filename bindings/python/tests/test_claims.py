"""What a verified token says, attribute by attribute."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from cfaccess import AccessError, Claims, Keys, Verifier
from support import AUDIENCE, CLIENT_ID, ISSUER, NOW, attributes, mint, new_verifier, person, service


@pytest.fixture
def claims(verifier: Verifier, token: str) -> Claims:
    return verifier.verify(token, now=NOW)


def test_person_has_every_claim_of_the_token(claims: Claims) -> None:
    assert attributes(claims) == {
        **dict.fromkeys(attributes(claims)),
        "kind": "person",
        "principal_id": "acme.cloudflareaccess.com/person/7335d417-61da-459d-899c-0a01c76a2f94",
        "subject": "7335d417-61da-459d-899c-0a01c76a2f94",
        "email": "user@example.com",
        "audiences": (AUDIENCE,),
        "issuer": ISSUER,
        "issued_at": NOW - 60,
        "not_before": NOW - 60,
        "expires_at": NOW + 3600,
        "ends_at": NOW + 3600,
        "session": "6ei69kawdKzMIAPF",
        "identity_nonce": "6ei69kawdKzMIAPF",
        "country": "US",
        "token_type": "app",
        "payload": person(),
    }


def test_service_has_a_client_id_and_no_address(keys: Keys) -> None:
    claims = new_verifier(keys, allow_services=[CLIENT_ID]).verify(mint(service()), now=NOW)

    assert attributes(claims) == {
        **dict.fromkeys(attributes(claims)),
        "kind": "service",
        "principal_id": f"acme.cloudflareaccess.com/service/{CLIENT_ID}",
        "subject": "",
        "common_name": CLIENT_ID,
        "audiences": (AUDIENCE,),
        "issuer": ISSUER,
        "issued_at": NOW - 60,
        "expires_at": NOW + 3600,
        "ends_at": NOW + 3600,
        "token_type": "app",
        "payload": service(),
    }


def test_older_shape_has_its_session_in_nonce(keys: Keys) -> None:
    """The example of https://developers.cloudflare.com/cloudflare-one/, signed by a test key."""
    older = {
        "aud": [AUDIENCE],
        "email": "user@example.com",
        "exp": 1519418214,
        "iat": 1519331815,
        "iss": ISSUER,
        "nonce": "1d8082f8f25cd6b0ae1ed31ba1cf8e1a1d8082f8f25cd6b0ae1ed31ba1cf8e1a",
        "sub": "ca639bb9-26ab-42e5-b9bf-3aea27b331fd",
    }

    claims = new_verifier(keys).verify(mint(older), now=1519331900)

    assert (claims.token_type, claims.not_before, claims.identity_nonce) == (None, None, None)
    assert claims.session == claims.nonce == older["nonce"]


def test_times_are_whole_numbers(claims: Claims) -> None:
    assert [type(time) for time in (claims.issued_at, claims.not_before, claims.expires_at)] == [
        int,
        int,
        int,
    ]


def test_one_audience_as_a_string_is_a_tuple_too(verifier: Verifier) -> None:
    assert verifier.verify(mint(person(aud=AUDIENCE)), now=NOW).audiences == (AUDIENCE,)


def test_several_audiences_keep_their_order(verifier: Verifier) -> None:
    audiences = ["f" * 64, AUDIENCE, "0" * 64]

    assert verifier.verify(mint(person(aud=audiences)), now=NOW).audiences == tuple(audiences)


def test_custom_claims_are_as_signed(verifier: Verifier) -> None:
    custom = {
        "groups": ["a", "b"],
        "nested": {"deep": [1, 2.5, None, True]},
        "nul": "\0",
        "word": "naïve ☕ 🦀",
    }

    assert verifier.verify(mint(person(custom=custom)), now=NOW).custom == custom


@pytest.mark.parametrize(
    ("custom", "groups"),
    [
        (None, None),
        ({}, None),
        ({"department": "it"}, None),
        ({"groups": []}, ()),
        ({"groups": None}, ()),
        ({"groups": ["staff", "größe", "a/b"]}, ("staff", "größe", "a/b")),
        ({"groups": [""]}, ("",)),
        ({"groups": [{"id": "1", "email": "a@b", "name": "staff"}]}, ("staff",)),
        ({"groups": [{"id": "1", "email": "staff@example.com"}]}, ("staff@example.com",)),
        ({"groups": [{"id": "1", "name": "", "email": None}]}, ("1",)),
        ({"groups": ["staff", {"id": "1"}]}, ("staff", "1")),
        ({"groups": ["staff", 1]}, None),
        ({"groups": [{"gid": "1"}]}, None),
        ({"groups": [["staff"]]}, None),
        ({"groups": [None]}, None),
        ({"groups": "staff"}, ("staff",)),
        ({"groups": {"name": "staff"}}, None),
        ({"groups": False}, None),
    ],
)
def test_groups_are_present_absent_or_unknown(verifier: Verifier, custom: Any, groups: Any) -> None:
    assert verifier.verify(mint(person(custom=custom)), now=NOW).groups == groups


def test_text_outside_of_ascii_keeps_its_place(verifier: Verifier) -> None:
    claims = verifier.verify(mint(person(email="zoë@exämple.com", country="É", sub="☕")), now=NOW)

    assert (claims.subject, claims.email, claims.country) == ("☕", "zoë@exämple.com", "É")


def test_string_after_the_audiences_keeps_its_place(verifier: Verifier) -> None:
    several = verifier.verify(mint(person(aud=[AUDIENCE, "b", "c"], policy_id="p-1")), now=NOW)

    assert (several.audiences, several.policy_id) == ((AUDIENCE, "b", "c"), "p-1")
    assert verifier.verify(mint(person(policy_id="")), now=NOW).policy_id == ""


def test_every_claim_is_reachable_in_the_payload(verifier: Verifier) -> None:
    claims = verifier.verify(mint(person(device_id="d-1", amr=["pwd", "mfa"])), now=NOW)

    assert claims.payload["device_id"] == "d-1"
    assert claims.payload["amr"] == ["pwd", "mfa"]


def test_changing_the_payload_changes_nothing(claims: Claims) -> None:
    claims.payload["email"] = "eve@example.com"

    assert claims.payload["email"] == claims.email == "user@example.com"


@pytest.mark.parametrize("name", ["kind", "email", "payload", "seconds_left", "something_new"])
def test_claims_are_read_only(claims: Claims, name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(claims, name, "service")


@pytest.mark.parametrize(
    ("now", "seconds"),
    [(NOW, 3600), (NOW + 3599.9, 1), (NOW + 3600, 0), (NOW + 9999, 0), (0, NOW + 3600)],
)
def test_seconds_left_never_go_below_zero(claims: Claims, now: float, seconds: int) -> None:
    left = claims.seconds_left(now)

    assert left == seconds
    assert type(left) is int


@pytest.mark.parametrize(
    ("max_age", "ends"), [(None, 3600), (600, 540), (3659, 3599), (3660, 3600), (3661, 3600)]
)
def test_session_ends_with_the_token_or_with_its_age(keys: Keys, max_age: int | None, ends: int) -> None:
    claims = new_verifier(keys, max_age=max_age).verify(mint(person()), now=NOW)

    assert (claims.ends_at, claims.expires_at) == (NOW + ends, NOW + 3600)
    assert claims.seconds_left(NOW) == ends
    assert claims.seconds_left(NOW + ends + 1) == 0


def test_seconds_left_use_the_clock_by_default(verifier: Verifier) -> None:
    import time

    claims = verifier.verify(mint(person(exp=int(time.time()) + 1000, iat=int(time.time()), nbf=None)))

    assert 998 <= claims.seconds_left() <= 1000


@pytest.mark.parametrize("now", [-1, 2**53, float("nan"), float("inf")])
def test_seconds_left_refuse_what_no_token_can_name(claims: Claims, now: float) -> None:
    with pytest.raises(AccessError) as caught:
        claims.seconds_left(now)
    assert caught.value.status == "INVALID_ARGUMENT"


def test_claims_are_compared_by_what_they_say(verifier: Verifier, token: str, claims: Claims) -> None:
    again = verifier.verify(token, now=NOW + 1)
    other = verifier.verify(mint(person(country="FR")), now=NOW)

    assert claims == again
    assert hash(claims) == hash(again)
    assert claims != other
    assert claims != "claims"


def test_claims_survive_a_copy_and_a_pickle(claims: Claims) -> None:
    assert copy.deepcopy(claims) == claims
    assert pickle.loads(pickle.dumps(claims)) == claims


def test_claims_pickled_in_another_format_are_refused(claims: Claims) -> None:
    read, (version, *content) = claims.__reduce__()

    assert read(version, *content) == claims
    with pytest.raises(pickle.UnpicklingError, match=r"pickled in format 2, and .* reads format 1"):
        read(version + 1, *content)


def test_claims_come_from_a_verifier_only() -> None:
    with pytest.raises(TypeError, match="claims come from a Verifier"):
        Claims()
    with pytest.raises(TypeError, match="claims come from a Verifier"):
        Claims.__new__(Claims)


def test_claims_outlive_the_verifier(verifier: Verifier, keys: Keys, claims: Claims) -> None:
    verifier.close()
    keys.close()

    assert claims.email == "user@example.com"
    assert claims.payload["email"] == "user@example.com"


def test_representation_names_the_principal_only(claims: Claims) -> None:
    shown = repr(claims)

    assert claims.principal_id in shown
    assert "user@example.com" not in shown
