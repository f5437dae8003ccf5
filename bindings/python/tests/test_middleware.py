"""Whom the middlewares let through, what the application sees, and what the others are answered."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from cfaccess import AccessError, Keys, Verifier, asgi, wsgi
from fetched import Source
from guarded import ASSERTION, EMAIL, Ask, fresh_service
from support import CLIENT_ID, fresh, new_verifier

LOGIN_PAGE = "https://acme.cloudflareaccess.com/cdn-cgi/access/login/app.example.com"
PAGE = ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")


@pytest.fixture(params=["wsgi", "asgi", "django_wsgi", "django_asgi"])
def ask(request: pytest.FixtureRequest) -> Ask:
    protocol: str = request.param
    if protocol.startswith("django"):
        request.getfixturevalue("django_project")
        import guarded_django as module
    else:
        import guarded as module  # type: ignore[no-redef]
    asked: Ask = getattr(module, f"ask_{protocol}")
    return asked


def test_person_gets_through(ask: Ask, verifier: Verifier) -> None:
    assert ask(headers=[(ASSERTION, fresh())], verifier=verifier).outcome == "user@example.com"


def test_nobody_gets_through_without_a_token(ask: Ask, verifier: Verifier) -> None:
    seen = ask(verifier=verifier)

    assert seen.status == 401
    assert json.loads(seen.body) == {"status": "NO_TOKEN", "message": "the request carries no token"}
    assert seen.headers == {
        "cache-control": "no-store",
        "vary": "Accept",
        "content-type": "application/json",
        "content-length": str(len(seen.body)),
        "x-content-type-options": "nosniff",
        "www-authenticate": "Cloudflare-Access",
    }


def test_forbidden_does_not_ask_to_log_in(ask: Ask, verifier: Verifier) -> None:
    seen = ask(headers=[(ASSERTION, fresh_service()), PAGE], verifier=verifier, login_page=LOGIN_PAGE)

    assert (seen.status, seen.body) == (403, b"SERVICE_NOT_ALLOWED: the service is not allowed here\n")
    assert "www-authenticate" not in seen.headers


def test_verifier_that_is_closed_later_goes_on_judging(keys: Keys, verifier: Verifier) -> None:
    guarded: Any = wsgi.AccessMiddleware(email_of, verifier)
    verifier.close()
    keys.close()

    assert [guarded(environ(fresh()), None) for _ in range(2)] == ["user@example.com"] * 2


def test_token_that_is_cached_is_not_verified_again(verifier: Verifier) -> None:
    callers: list[Any] = []

    def application(environ: Any, _: Any) -> list[bytes]:
        callers.append((wsgi.claims(environ), environ["HTTP_CF_ACCESS_AUTHENTICATED_USER_EMAIL"]))
        return []

    guarded = wsgi.AccessMiddleware(application, verifier)
    token = fresh()
    for _ in range(3):
        guarded(environ(token), None)

    assert len({id(caller) for caller, _ in callers}) == 1
    assert {email for _, email in callers} == {"user@example.com"}
    assert (verifier.stats()["verified"], verifier.stats()["hits"]) == (1, 2)


def test_token_that_the_verifier_has_cached_for_others_gets_through(verifier: Verifier) -> None:
    token = fresh()
    verifier.verify(token)
    guarded: Any = wsgi.AccessMiddleware(email_of, verifier)

    assert guarded(environ(token), None) == "user@example.com"


@pytest.mark.parametrize("options", [{"cache_entries": 0}, {"cache_bytes": 0}])
def test_middleware_works_without_a_cache(ask: Ask, keys: Keys, options: dict[str, int]) -> None:
    uncached = new_verifier(keys, **options)

    assert ask(headers=[(ASSERTION, fresh())], verifier=uncached).outcome == "user@example.com"


def test_warnings_of_verifiers_are_logged_once(keys: Keys, caplog: pytest.LogCaptureFixture) -> None:
    odd = new_verifier(keys, audiences=["odd"])

    wsgi.AccessMiddleware(lambda *_: [], routes={"/": odd, "/other": odd})

    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", line) for line in odd.warnings
    ]
    assert odd.warnings


def test_refusals_by_5xx_are_logged_when_they_begin(caplog: pytest.LogCaptureFixture) -> None:
    source = Source("acme-1")
    source.answer(lambda: "{}")
    guarded = wsgi.AccessMiddleware(lambda *_: [], new_verifier(source.keys()))

    for _ in range(3):
        guarded(environ(fresh()), lambda *_: None)

    (record,) = caplog.records
    assert (record.name, record.levelname) == ("cfaccess", "WARNING")
    assert "KEYS_UNAVAILABLE" in record.getMessage()


def email_of(environ: Any, _: Any) -> Any:
    """An application that is called by the tests only."""
    caller = wsgi.claims(environ)
    return caller and caller.email


def environ(token: str) -> dict[str, Any]:
    return {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_CF_ACCESS_JWT_ASSERTION": token}


@pytest.mark.parametrize("target", ["/%00", "/healthz%00", "/x%00accept%00text/plain", "/%00%00"])
def test_path_with_a_nul_is_refused(ask: Ask, verifier: Verifier, target: str) -> None:
    seen = ask(target, headers=[(ASSERTION, fresh())], verifier=verifier, open_paths=["GET /healthz"])

    assert (seen.status, seen.outcome) == (403, "UNCLEAN_PATH")


def test_answer_to_head_has_no_body(ask: Ask, verifier: Verifier) -> None:
    seen = ask(method="HEAD", verifier=verifier)

    assert (seen.status, seen.body) == (401, b"")
    assert int(seen.headers["content-length"]) > 0


@pytest.mark.parametrize(
    "forged",
    [
        [],
        ["root@example.com"],
        ["root@example.com", "eve@example.com"],
        ["root@example.com", "root@example.com", "user@example.com"],
    ],
)
def test_email_header_is_the_verified_one(ask: Ask, keys: Keys, forged: list[str]) -> None:
    trusting = new_verifier(keys, email_header="ignore", allow_services="any")
    sent = [(EMAIL, email) for email in forged]

    assert ask(headers=[(ASSERTION, fresh()), *sent], verifier=trusting).email_headers == ["user@example.com"]
    assert ask(headers=[(ASSERTION, fresh_service()), *sent], verifier=trusting).email_headers == []
    assert ask(headers=sent, verifier=trusting, open_paths=["GET /"]).email_headers == []


def test_email_header_is_utf_8(ask: Ask, verifier: Verifier) -> None:
    (email,) = ask(headers=[(ASSERTION, fresh(email="björn@example.com"))], verifier=verifier).email_headers

    assert email in ("björn@example.com", "björn@example.com".encode().decode("latin-1"))


def test_another_persons_email_is_refused(ask: Ask, verifier: Verifier) -> None:
    seen = ask(headers=[(ASSERTION, fresh()), (EMAIL, "root@example.com")], verifier=verifier)

    assert (seen.status, seen.outcome) == (403, "IDENTITY_MISMATCH")


def test_service_is_identified_by_its_client_id(ask: Ask, keys: Keys) -> None:
    verifier = new_verifier(keys, allow_services=[CLIENT_ID])

    assert ask(headers=[(ASSERTION, fresh_service())], verifier=verifier).outcome == CLIENT_ID


def test_hook_is_called_for_refusals_only(ask: Ask, verifier: Verifier) -> None:
    reported: list[tuple[Any, AccessError]] = []

    def on_refusal(source: Any, error: AccessError) -> None:
        reported.append((source, error))

    ask(headers=[(ASSERTION, fresh())], verifier=verifier, on_refusal=on_refusal)
    ask(verifier=verifier, on_refusal=on_refusal)
    ask("/a", routes={"/b": verifier}, on_refusal=on_refusal)

    assert [error.status for _, error in reported] == ["NO_TOKEN", "NO_ROUTE"]
    assert [method_of(source) for source, _ in reported] == ["GET", "GET"]


def method_of(source: Any) -> object:
    """The method of an environ, a scope or a request of Django."""
    if not isinstance(source, dict):
        return source.method
    return source.get("REQUEST_METHOD") or source.get("method")


def test_hook_that_fails_does_not_open_the_door(
    ask: Ask, verifier: Verifier, caplog: pytest.LogCaptureFixture
) -> None:
    def on_refusal(*_: object) -> None:
        raise RuntimeError("the log is full")

    with caplog.at_level(logging.ERROR, "cfaccess"):
        seen = ask(verifier=verifier, on_refusal=on_refusal)

    assert (seen.status, seen.outcome) == (401, "NO_TOKEN")
    assert "the log is full" in caplog.text


def test_browser_goes_to_the_login_page(ask: Ask, verifier: Verifier) -> None:
    seen = ask(
        "/a%20b/ü?token=1".replace("ü", "%C3%BC"), headers=[PAGE], verifier=verifier, login_page=LOGIN_PAGE
    )

    assert (seen.status, seen.body) == (302, b"")
    assert seen.headers["location"] == LOGIN_PAGE + "?redirect_url=%2Fa%2520b%2F%25C3%25BC"
    assert seen.headers["cache-control"] == "no-store"


def test_every_route_may_have_its_own_login_page(ask: Ask, verifier: Verifier) -> None:
    routes = {"/a": verifier, "/b": verifier}

    def location(target: str) -> str | None:
        seen = ask(target, headers=[PAGE], routes=routes, login_page={"/a": LOGIN_PAGE})
        return seen.headers.get("location")

    assert location("/a/x") == LOGIN_PAGE + "?redirect_url=%2Fa%2Fx"
    assert location("/b") is None
    assert location("/c") is None


def test_request_that_came_another_way_is_not_open() -> None:
    for source in ({}, {"type": "http"}, object(), None):
        with pytest.raises(LookupError):
            wsgi.claims(source)
        with pytest.raises(LookupError):
            wsgi.caller(source)
    assert wsgi.claims is asgi.claims
    assert wsgi.caller is asgi.caller


def test_caller_is_somebody(verifier: Verifier) -> None:
    with pytest.raises(LookupError, match="open"):
        wsgi.caller({"cfaccess.claims": None})
    somebody = verifier.verify(fresh())
    assert wsgi.caller({"cfaccess.claims": somebody}) is somebody
