"""Requests that nginx makes of its own for a request: guarded locations guard them too."""

from __future__ import annotations

from .conftest import StartNginx
from .server import Nginx
from .tokens import AUDIENCE, EMAIL, FIXED_KEYS, OTHER_AUDIENCE, bearing, person
from .upstream import EMAIL as HEADER
from .upstream import Upstream

SPOOFED = [(HEADER, "root@example.com")]


def including(start: StartNginx, upstream: Upstream, page: str, part: str) -> Nginx:
    """A page that includes a part, each with lines of its own."""
    nginx = start(
        f"{FIXED_KEYS} cfaccess_email_header ignore; cfaccess off;"
        f"location = /page.shtml {{ ssi on; ssi_types *; {page} }}"
        f"location /part {{ {part} proxy_pass {upstream.url}; }}"
    )
    (nginx.folder / "root" / "page.shtml").write_text('begin <!--#include virtual="/part" --> end')
    return nginx


def test_a_guarded_part_of_an_open_page(start: StartNginx, upstream: Upstream) -> None:
    nginx = including(start, upstream, "", "cfaccess on;")

    without = nginx.get("/page.shtml", SPOOFED)
    assert without.status == 200
    assert b"401" in without.body
    assert upstream.seen == []

    assert nginx.get("/page.shtml", [*bearing(person()), *SPOOFED]).status == 200
    assert upstream.last.emails == [EMAIL]


def test_a_part_of_a_guarded_page(start: StartNginx, upstream: Upstream) -> None:
    nginx = including(start, upstream, "cfaccess on;", "cfaccess off;")

    assert nginx.get("/page.shtml", [*bearing(person()), *SPOOFED]).status == 200
    assert upstream.last.emails == []


def test_a_part_for_another_audience(start: StartNginx, upstream: Upstream) -> None:
    nginx = including(start, upstream, "cfaccess on;", f"cfaccess on; cfaccess_audience {OTHER_AUDIENCE};")

    assert nginx.get("/page.shtml", bearing(person())).status == 200
    assert upstream.seen == []
    nginx.get("/page.shtml", bearing(person(aud=[AUDIENCE, OTHER_AUDIENCE])))
    assert upstream.last.emails == [EMAIL]


def test_an_unguarded_part_has_the_variables_of_its_page(start: StartNginx, upstream: Upstream) -> None:
    nginx = including(start, upstream, "cfaccess on;", "proxy_set_header X-Who $cfaccess_email;")

    nginx.get("/page.shtml", bearing(person()))

    assert upstream.last.all("X-Who") == [EMAIL]


def test_a_guarded_mirror(start: StartNginx, upstream: Upstream) -> None:
    nginx = start(
        f"{FIXED_KEYS} cfaccess_email_header ignore; location / {{ mirror /mirror; }}"
        f"location = /mirror {{ cfaccess on; internal; proxy_pass {upstream.url}; }}"
    )

    assert nginx.get("/page.txt", SPOOFED).status == 200
    nginx.wait_for_log("cfaccess: refused: NO_TOKEN")
    assert upstream.seen == []
    assert nginx.get("/page.txt", [*bearing(person()), *SPOOFED]).status == 200
    nginx.wait_until(lambda: bool(upstream.seen), "the mirror")
    assert upstream.last.emails == [EMAIL]


def test_a_mirror_leaves_the_request_as_it_is(start: StartNginx, upstream: Upstream) -> None:
    nginx = start(
        f"{FIXED_KEYS} underscores_in_headers on;"
        f"location / {{ mirror /mirror; proxy_pass {upstream.url}; }}"
        f"location = /mirror {{ cfaccess off; internal; proxy_pass {upstream.url}/mirror; }}"
    )
    headers = [pair for number in range(45) for pair in ((f"X-{number}", "x"), (HEADER, "said"))]

    nginx.get("/", headers)
    nginx.wait_until(lambda: len(upstream.seen) == 2, "the mirror")

    (main,) = (seen for seen in upstream.seen if seen.line.startswith("GET / "))
    (mirror,) = (seen for seen in upstream.seen if seen.line.startswith("GET /mirror "))
    assert main.emails == ["said"] * 45
    assert mirror.emails == []
    assert [name for name, _ in mirror.headers if name.startswith("X-")] == [f"X-{n}" for n in range(45)]


def test_a_guarded_question_for_access(start: StartNginx, upstream: Upstream) -> None:
    nginx = start(
        f"{FIXED_KEYS} location / {{ auth_request /ask; }}"
        f"location = /ask {{ cfaccess on; internal; proxy_pass {upstream.url}; }}"
    )

    assert nginx.get("/page.txt", SPOOFED).status == 401
    assert upstream.seen == []
    assert nginx.get("/page.txt", bearing(person())).status == 200


def test_return_answers_before_anybody_is_asked(start: StartNginx) -> None:
    nginx = start(
        f"cfaccess on; {FIXED_KEYS}"
        'location /return { return 200 "open\\n"; }'
        "location /moved { rewrite ^ /page.txt redirect; }"
        "location /asked { cfaccess off; auth_request /ask; try_files /page.txt =404; }"
        "location = /ask { cfaccess on; return 204; }"
    )

    assert nginx.get("/return").status == 200
    assert nginx.get("/moved").status == 302
    assert nginx.get("/asked").status == 200
