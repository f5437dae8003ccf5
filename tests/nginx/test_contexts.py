"""Where directives stand, and what is inherited."""

from __future__ import annotations

import pytest

from .conftest import StartNginx
from .tokens import AUDIENCE, CLIENT_ID, FIXED_KEYS, OTHER_AUDIENCE, bearing, person, service


def test_methods_that_are_excepted(start: StartNginx) -> None:
    nginx = start(
        f"cfaccess on; {FIXED_KEYS} location /most {{ limit_except GET {{ cfaccess off; }} }}"
        "location /few { cfaccess off; limit_except GET { cfaccess on; } }"
    )

    assert nginx.get("/most").status == 401
    assert nginx.get("/most", method="OPTIONS").status == 405
    assert nginx.get("/few").status == 404
    assert nginx.get("/few", method="OPTIONS").status == 401
    assert nginx.get("/few", bearing(person()), "OPTIONS").status == 405


@pytest.mark.parametrize("condition", ["$request_method = GET", "$http_x_none"])
def test_a_condition_leaves_the_location_guarded(start: StartNginx, condition: str) -> None:
    nginx = start(f"cfaccess on; {FIXED_KEYS} location / {{ if ({condition}) {{ set $x 1; }} }}")

    assert nginx.get("/page.txt").status == 401
    assert nginx.get("/page.txt", bearing(person())).status == 200


def test_audiences_of_a_child_replace_those_of_its_parent(start: StartNginx) -> None:
    nginx = start(f"cfaccess on; {FIXED_KEYS} location /page.txt {{ cfaccess_audience {OTHER_AUDIENCE}; }}")

    assert nginx.get("/", bearing(person())).status == 200
    assert nginx.get("/page.txt", bearing(person())).status == 401
    assert nginx.get("/page.txt", bearing(person(aud=[OTHER_AUDIENCE]))).status == 200
    assert nginx.get("/", bearing(person(aud=[OTHER_AUDIENCE]))).status == 401


def test_services_of_a_child_replace_those_of_its_parent(start: StartNginx) -> None:
    nginx = start(
        f"cfaccess on; {FIXED_KEYS} cfaccess_allow_service {CLIENT_ID};"
        "location /page.txt { cfaccess_allow_service other.access; }"
    )

    assert nginx.get("/", bearing(service())).status == 200
    assert nginx.get("/page.txt", bearing(service())).status == 403


def test_everything_is_inherited_from_around_the_servers(start: StartNginx) -> None:
    nginx = start("", http=f"cfaccess on; {FIXED_KEYS}")

    assert nginx.get("/").status == 401
    assert nginx.get("/", bearing(person())).status == 200


def test_several_lines_of_one_level_count_together(start: StartNginx) -> None:
    nginx = start(f"cfaccess on; {FIXED_KEYS} cfaccess_audience {OTHER_AUDIENCE};")

    for audience in (AUDIENCE, OTHER_AUDIENCE):
        assert nginx.get("/", bearing(person(aud=[audience]))).status == 200
