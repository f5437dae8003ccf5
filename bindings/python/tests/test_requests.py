"""Who is calling, from requests in any form that Python programs have them in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email.message import Message
from typing import Any

import pytest
from cfaccess import AccessError, Claims, Keys, Malformed, NoToken, Verifier, _native, _request
from support import NOW, VECTORS, fresh, joined, mint, new_verifier, person, status_of, vectors

REQUESTS = vectors("requests")
DEFAULTS = REQUESTS["defaults"]
Vector = dict[str, Any]
Pairs = list[tuple[str, bytes]]

ASSERTION, EMAIL = "Cf-Access-Jwt-Assertion", "Cf-Access-Authenticated-User-Email"


def by_name(vector: Vector) -> str:
    return str(vector["name"])


def headers_of(vector: Vector) -> Pairs:
    return [(name, joined(value)) for name, value in vector["headers"]]


def as_text(pairs: Pairs) -> list[tuple[str, str]]:
    return [(name, value.decode("latin-1")) for name, value in pairs]


def as_bytes(pairs: Pairs) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value) for name, value in pairs]


def as_mapping(pairs: Pairs) -> dict[str, str]:
    return dict(as_text(pairs))


def as_scope(pairs: Pairs) -> dict[str, Any]:
    headers = [(name.lower(), value) for name, value in as_bytes(pairs)]
    return {"type": "http", "method": "GET", "path": "/", "headers": headers}


def as_environ(pairs: Pairs) -> dict[str, Any]:
    """As servers make it: repeated headers are joined."""
    environ: dict[str, Any] = {"wsgi.version": (1, 0), "REQUEST_METHOD": "GET", "PATH_INFO": "/"}
    for name, value in as_text(pairs):
        key = "HTTP_" + name.upper().replace("-", "_")
        between = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = environ[key] + between + value if key in environ else value
    return environ


FORMS: list[Callable[[Pairs], Any]] = [as_text, as_bytes, as_scope, as_mapping, as_environ]


def expresses(form: Callable[[Pairs], Any], pairs: Pairs) -> bool:
    """A dict has no name twice. An environ does not distinguish `_` from `-`, and its names are of letters in
    ASCII."""
    if form is as_mapping:
        return len({name for name, _ in pairs}) == len(pairs)
    if form is as_environ:
        folded = {name: name.upper().replace("_", "-") for name, _ in pairs}
        ours = (ASSERTION.upper(), EMAIL.upper(), "COOKIE")
        return not any("_" in name and folded[name] in ours for name in folded)
    return True


CASES = [
    pytest.param(form, vector, id=f"{vector['name']}-{form.__name__}")
    for vector in REQUESTS["vectors"]
    for form in FORMS
    if expresses(form, headers_of(vector))
]


def verified(form: Callable[[Pairs], Any], vector: Vector) -> Claims:
    keys = Keys.from_file(VECTORS / vector.get("keys", DEFAULTS["keys"]))
    verifier = Verifier(keys=keys, **vector.get("config", DEFAULTS["config"]))
    return verifier.verify_request(form(headers_of(vector)), now=vector.get("now", DEFAULTS["now"]))


@pytest.mark.parametrize(("form", "vector"), CASES)
def test_request_has_its_verdict(form: Callable[[Pairs], Any], vector: Vector) -> None:
    assert status_of(lambda: verified(form, vector)) == vector["status"], vector["about"]


@pytest.mark.parametrize("vector", [v for v in REQUESTS["vectors"] if v["status"] == "OK"], ids=by_name)
def test_accepted_request_says_what_was_signed(vector: Vector) -> None:
    claims = verified(as_bytes, vector)

    expected = vector.get("claims", {})
    assert {name: getattr(claims, name) for name in expected} == expected


@pytest.mark.parametrize("vector", [v for v in REQUESTS["vectors"] if v["status"] != "OK"], ids=by_name)
def test_refusal_shows_nothing_of_the_request(vector: Vector) -> None:
    with pytest.raises(AccessError) as caught:
        verified(as_bytes, vector)

    values = [value for _, value in headers_of(vector) if len(value) >= 5]
    assert not any(value in caught.value.message.encode() for value in values)


def test_only_what_a_form_cannot_say_is_left_out() -> None:
    left_out = [
        (form.__name__, vector["name"])
        for vector in REQUESTS["vectors"]
        for form in FORMS
        if not expresses(form, headers_of(vector))
    ]

    assert {name for form, name in left_out if form == "as_environ"} == {
        "not-header-underscores",
        "not-header-one-underscore",
        "not-header-upper-case-underscores",
        "email-not-underscores",
        "email-required-not-underscores",
        "header-of-underscores-and-cookie-good",
    }
    assert {form for form, _ in left_out} == {"as_environ", "as_mapping"}


class Items:
    """A multidict: its items may have a name twice."""

    def __init__(self, *pairs: tuple[Any, Any]) -> None:
        self._pairs = pairs

    def items(self) -> Iterator[tuple[Any, Any]]:
        return iter(self._pairs)


def message(*pairs: tuple[str, str]) -> Message:
    """As `http.server` has it."""
    made = Message()
    for name, value in pairs:
        made[name] = value
    return made


@pytest.mark.parametrize(
    "form",
    [
        lambda token: Items((ASSERTION, token)),
        lambda token: message((ASSERTION, token)),
        lambda token: (pair for pair in [(ASSERTION, token)]),
        lambda token: [[ASSERTION.encode(), bytearray(token.encode())]],
        lambda token: ((bytearray(ASSERTION.encode()), memoryview(token.encode())),),
        lambda token: {ASSERTION.encode(): token.encode()}.items(),
        lambda token: {"REQUEST_METHOD": "GET", "HTTP_CF_ACCESS_JWT_ASSERTION": token},
        lambda token: {"type": "websocket", "headers": iter([(ASSERTION.lower().encode(), token.encode())])},
    ],
    ids=["items", "message", "generator", "lists", "views", "dict items", "small environ", "websocket"],
)
def test_request_in_other_forms(verifier: Verifier, token: str, form: Callable[[str], Any]) -> None:
    assert verifier.verify_request(form(token), now=NOW).email == "user@example.com"


def test_name_that_is_there_twice_among_items(verifier: Verifier, token: str) -> None:
    for headers in (Items, message):
        request: Any = headers((ASSERTION, token), (ASSERTION, token))
        with pytest.raises(Malformed):
            verifier.verify_request(request, now=NOW)


@pytest.mark.parametrize(
    "headers", [None, 5, "a", b"a", object(), [5], [None], {ASSERTION: 5}, {ASSERTION: ["a"]}]
)
def test_headers_of_another_type_are_a_type_error(verifier: Verifier, headers: Any) -> None:
    with pytest.raises(TypeError):
        verifier.verify_request(headers, now=NOW)


@pytest.mark.parametrize("now", [-1, 2**53, float("nan")])
def test_now_out_of_range_is_an_invalid_argument(verifier: Verifier, token: str, now: float) -> None:
    assert status_of(lambda: verifier.verify_request({ASSERTION: token}, now=now)) == "INVALID_ARGUMENT"


def test_closed_verifier_answers_no_request(verifier: Verifier, token: str) -> None:
    verifier.close()

    assert status_of(lambda: verifier.verify_request({ASSERTION: token}, now=NOW)) == "INVALID_ARGUMENT"


@pytest.mark.parametrize(
    "disguise",
    [
        {"REQUEST_METHOD": "GET"},
        {"wsgi.version": "(1, 0)"},
        {"type": "http", "headers": "x"},
        {"REQUEST_METHOD": "GET", "type": "http", "headers": "x", "wsgi.version": "x"},
    ],
)
def test_names_of_headers_do_not_make_another_kind_of_request(
    verifier: Verifier, token: str, disguise: dict[str, str]
) -> None:
    """Callers choose the names of their headers, so that these must not hide the others."""
    headers = {**disguise, "HTTP_CF_ACCESS_JWT_ASSERTION": token, ASSERTION: token, EMAIL: "root@example.com"}

    assert status_of(lambda: verifier.verify_request(headers, now=NOW)) == "IDENTITY_MISMATCH"


def test_letters_outside_of_ascii_are_no_letters_of_a_name(verifier: Verifier, token: str) -> None:
    for name in ("Cf-Acce\u017f\u017f-Jwt-Assertion", "\uff23f-Access-Jwt-Assertion"):
        with pytest.raises(NoToken):
            verifier.verify_request({name: token}, now=NOW)
    cookies = new_verifier(Keys.from_file(VECTORS / "acme.jwks.json"), accept_cookie=True)
    headers = {"Coo\u212aie": f"CF_Authorization={token}"}
    assert status_of(lambda: cookies.verify_request(headers, now=NOW)) == "NO_TOKEN"


@pytest.mark.parametrize(
    ("email", "verdict"),
    [("björn@example.com".encode().decode("latin-1"), "OK"), ("björn@example.com", "IDENTITY_MISMATCH")],
)
def test_text_stands_for_bytes_as_in_wsgi(verifier: Verifier, email: str, verdict: str) -> None:
    token = mint(person(email="björn@example.com"))

    assert status_of(lambda: verifier.verify_request({ASSERTION: token, EMAIL: email}, now=NOW)) == verdict


@pytest.mark.parametrize("text", ["☕", "\ud800", "é", "\0"])
def test_text_that_no_token_has_is_malformed(verifier: Verifier, text: str) -> None:
    assert status_of(lambda: verifier.verify_request({ASSERTION: text}, now=NOW)) == "MALFORMED"


def test_cookie_after_a_comma_of_a_wsgi_server_is_not_found(keys: Keys, token: str) -> None:
    verifier = new_verifier(keys, accept_cookie=True)
    environ = {"REQUEST_METHOD": "GET", "HTTP_COOKIE": f"a=1,CF_Authorization={token}"}

    assert status_of(lambda: verifier.verify_request(environ, now=NOW)) == "NO_TOKEN"


@pytest.mark.parametrize("name", [ASSERTION, EMAIL, "Cookie", "Accept"])
def test_any_number_of_headers_is_few_for_the_library(keys: Keys, token: str, name: str) -> None:
    verifier = new_verifier(keys, accept_cookie=True)
    many = [(name, token)] * 10_000

    assert len(_request.headers_that_matter(many)) <= _native.MOST_HEADERS
    assert status_of(lambda: verifier.verify_request(many, now=NOW)) in ("NO_TOKEN", "MALFORMED")


def test_good_token_after_many_cookies_is_found(keys: Keys, token: str) -> None:
    verifier = new_verifier(keys, accept_cookie=True)
    cookies = [("cookie", f"a{number}=1") for number in range(100)]

    assert verifier.verify_request([*cookies, ("cookie", f"CF_Authorization={token}")], now=NOW).email


def test_whole_request_takes_one_call_of_the_library(
    verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    entry = _native.REQUEST[0]

    def counted(*arguments: Any) -> Any:
        calls.append(arguments[2])
        return entry(*arguments)

    monkeypatch.setattr(_native, "REQUEST", (counted, None, None))

    verifier.verify_request({"Accept": "*/*", ASSERTION: fresh(), "Cookie": "a=1", "Origin": "x"})

    assert calls == [2]


class Unparsed:
    """A request like Sanic's, whose `raw_headers` are the bytes of all headers."""

    def __init__(self, headers: dict[str, str]) -> None:
        self.headers = headers
        self.raw_headers = "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()


def flask_request(headers: dict[str, str]) -> Any:
    flask = pytest.importorskip("flask", reason="the Python package flask is missing")
    return flask.Flask(__name__).test_request_context(headers=headers).request


def starlette_request(headers: dict[str, str]) -> Any:
    requests = pytest.importorskip("starlette.requests", reason="the Python package starlette is missing")
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    return requests.Request({"type": "http", "headers": pairs})


@pytest.mark.parametrize("made", [flask_request, starlette_request, Unparsed])
def test_request_of_a_framework_will_do(verifier: Verifier, made: Any, token: str, now: int) -> None:
    request = made({"Cf-Access-Jwt-Assertion": token})

    assert verifier.verify_request(request, now=now).email == "user@example.com"
    assert status_of(lambda: verifier.verify_request(made({}), now=now)) == "NO_TOKEN"
