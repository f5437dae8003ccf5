"""Large tokens, and several where there should be one."""

from __future__ import annotations

from .conftest import StartNginx
from .tokens import FIXED_KEYS, bearing, person

LARGE = person(extra="x" * 9000)


def test_large_tokens_need_larger_buffers(start: StartNginx) -> None:
    small = start(f"cfaccess on; {FIXED_KEYS}")
    large = start(f"cfaccess on; {FIXED_KEYS} large_client_header_buffers 4 32k;")

    assert small.get("/", bearing(LARGE)).status == 400
    assert large.get("/", bearing(LARGE)).status == 200


def test_more_than_one_token_is_refused(start: StartNginx) -> None:
    nginx = start(f"cfaccess on; {FIXED_KEYS} add_header X-Status $cfaccess_status always;")
    token = person()

    for headers in (
        [*bearing(token), *bearing(token)],
        [*bearing(token), *bearing("other")],
        bearing(f"{token}, {token}"),
        bearing(f"{token},{token}"),
    ):
        answer = nginx.get("/", headers)
        assert (answer.status, answer.one("X-Status")) == (401, "MALFORMED")


def test_cookies(start: StartNginx) -> None:
    nginx = start(
        f"cfaccess on; {FIXED_KEYS} add_header X-Status $cfaccess_status always;"
        "location /page.txt { cfaccess_accept_cookie on; }"
    )
    cookie = ("Cookie", f"a=b; CF_Authorization={person()}")

    assert nginx.get("/", [cookie]).one("X-Status") == "NO_TOKEN"
    assert nginx.get("/page.txt", [cookie]).status == 200
    assert nginx.get("/page.txt", [("Cookie", "a=b"), cookie, ("Cookie", "c=d")]).status == 200
    assert nginx.get("/page.txt", [cookie, *bearing("other")]).one("X-Status") == "MALFORMED"
