"""What is of ASGI alone: WebSockets, lifespan, and scopes that are not changed."""

from __future__ import annotations

from typing import Any

import pytest
from cfaccess import Verifier
from cfaccess.asgi import AccessMiddleware, claims
from guarded import connect
from support import fresh

CONNECT = {"type": "websocket.connect"}


async def greet(scope: Any, receive: Any, send: Any) -> None:
    """An application for WebSockets."""
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": scope["cfaccess"].email})


def socket(*headers: tuple[bytes, bytes], **changes: Any) -> dict[str, Any]:
    return {
        "type": "websocket",
        "path": "/socket",
        "raw_path": b"/socket",
        "headers": [(b"host", b"app.example.com"), *headers],
        **changes,
    }


def assertion() -> tuple[bytes, bytes]:
    return (b"cf-access-jwt-assertion", fresh().encode())


def test_verified_websocket_reaches_the_application(verifier: Verifier) -> None:
    _, said = connect(AccessMiddleware(greet, verifier), socket(assertion()), CONNECT)

    assert said["text"] == "user@example.com"


def test_refused_websocket_is_closed_with_the_http_status_in_its_code(verifier: Verifier) -> None:
    sent = connect(AccessMiddleware(greet, verifier), socket(), CONNECT)

    assert sent == [{"type": "websocket.close", "code": 4401, "reason": "NO_TOKEN"}]


def test_refused_websocket_is_answered_where_the_server_can(verifier: Verifier) -> None:
    scope = socket(extensions={"websocket.http.response": {}})

    start, body = connect(AccessMiddleware(greet, verifier), scope, CONNECT)

    assert (start["type"], start["status"]) == ("websocket.http.response.start", 401)
    assert body["type"] == "websocket.http.response.body"
    assert b"NO_TOKEN" in body["body"]


def test_websocket_of_a_client_that_is_gone_is_not_answered(verifier: Verifier) -> None:
    assert connect(AccessMiddleware(greet, verifier), socket(), {"type": "websocket.disconnect"}) == []


def test_websocket_is_never_open(verifier: Verifier) -> None:
    guarded = AccessMiddleware(greet, verifier, open_paths=["GET /socket"])

    assert connect(guarded, socket(), CONNECT)[0]["code"] == 4401


def test_websocket_of_another_origin_is_refused(verifier: Verifier) -> None:
    guarded = AccessMiddleware(greet, verifier, check_origin=True)

    foreign = connect(guarded, socket(assertion(), (b"origin", b"https://evil.example")), CONNECT)
    own = connect(guarded, socket(assertion(), (b"origin", b"https://app.example.com")), CONNECT)

    assert foreign == [{"type": "websocket.close", "code": 4403, "reason": "CROSS_ORIGIN"}]
    assert own[0]["type"] == "websocket.accept"


def test_lifespan_is_passed_on(verifier: Verifier) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "lifespan.startup.complete", "scope": scope["type"]})

    assert connect(AccessMiddleware(application, verifier), {"type": "lifespan"})[0]["scope"] == "lifespan"


def test_unknown_kind_of_scope_is_no_way_in(verifier: Verifier) -> None:
    with pytest.raises(ValueError, match="webtransport"):
        connect(AccessMiddleware(greet, verifier), {"type": "webtransport", "headers": []})


def test_scope_of_the_server_stays_as_it_was(verifier: Verifier) -> None:
    scope = socket(assertion(), (b"cf-access-authenticated-user-email", b"user@example.com"))
    before = {**scope, "headers": list(scope["headers"])}

    connect(AccessMiddleware(greet, verifier), scope, CONNECT)

    assert scope == before


def test_no_spelling_of_the_email_header_gets_through(verifier: Verifier) -> None:
    seen: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.extend(scope["headers"])

    forged = (b"Cf_Access-Authenticated_User_Email", b"root@example.com")
    sent = [assertion(), forged, forged, (b"x-other", b"stays")]
    before = list(sent)
    connect(AccessMiddleware(application, verifier), socket(headers=sent))

    assert sent == before
    assert [value for name, value in seen if b"mail" in name.lower()] == [b"user@example.com"]
    assert (b"x-other", b"stays") in seen


def test_headers_that_can_be_read_only_once_are_enough(verifier: Verifier) -> None:
    headers = [(b"host", b"app.example.com"), assertion()]

    sent = connect(
        AccessMiddleware(greet, routes={"app.example.com": verifier}), socket(headers=iter(headers)), CONNECT
    )

    assert sent[1]["text"] == "user@example.com"


def test_path_without_its_raw_form_is_enough(verifier: Verifier) -> None:
    scope = socket(path="/a/../b")
    del scope["raw_path"]

    (closed,) = connect(AccessMiddleware(greet, routes={"/a": verifier}), scope, CONNECT)

    assert closed["reason"] == "UNCLEAN_PATH"


def test_claims_are_read_from_requests_of_frameworks(verifier: Verifier) -> None:
    class Request:
        def __init__(self, scope: Any) -> None:
            self.scope = scope

    assert claims(Request({"cfaccess": None})) is None
    with pytest.raises(LookupError):
        claims(Request({}))
