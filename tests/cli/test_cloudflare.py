"""`revoke --cloudflare`: the store first, then Cloudflare, then the cut-off by Cloudflare's clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import endpoint as fixture
import pytest

from .program import AUDIENCE, Ended
from .stores import KEYS, PERSON, SERVICE, SESSION, SUBJECT, Store, now
from .stub import Answer, Call, Cloudflare

SECRET = "v1.0-secret-api-token"
ACCOUNT = "023e105f4ecef8ad9ca31a8372d0c353"
APP_ID = "f174e90a-fafe-4643-bbbc-4a0ed4fc8415"
FAILED: dict[str, Any] = {"success": False, "errors": [{"code": 1, "message": "no\x1b[31m such thing"}]}


@pytest.fixture
def cloudflare() -> Iterator[Cloudflare]:
    with Cloudflare() as running:
        yield running


class World:
    """A store, and Cloudflare beside it, which looks into the store whenever it is called."""

    def __init__(self, store: Store, cloudflare: Cloudflare) -> None:
        self.store = store
        self.cloudflare = cloudflare
        self.there_at_call: list[Any] = []
        self.env = {
            "CFACCESS_TEST_CLOUDFLARE_API": cloudflare.url,
            "CLOUDFLARE_API_TOKEN": SECRET,
            "CLOUDFLARE_ACCOUNT_ID": ACCOUNT,
        }
        self.answers(lambda call: Answer())

    def answers(self, answer: Any) -> None:
        def look_and_answer(call: Call) -> Answer:
            self.there_at_call.append(self.store.rows("SELECT value, not_issued_after FROM entries"))
            given: Answer = answer(call)
            return given

        self.cloudflare.answer = look_and_answer

    def run(self, *arguments: str, stdin: str = "", env: dict[str, str] | None = None) -> Ended:
        return self.store.run(*arguments, stdin=stdin, env={**self.env, **(env or {})})

    def revoke(self, *arguments: str) -> Ended:
        return self.run("revoke", "user", PERSON, "--cloudflare", *arguments)


@pytest.fixture
def world(store: Store, cloudflare: Cloudflare) -> World:
    return World(store, cloudflare)


def test_a_user_is_revoked_at_both(world: World) -> None:
    ended = world.revoke("--json")

    assert ended.code == 0, ended
    assert ended.json["cloudflare"]["done"] is True
    (call,) = world.cloudflare.calls
    assert (call.method, call.path) == ("POST", f"/accounts/{ACCOUNT}/access/organizations/revoke_user")
    assert call.body == {"email": PERSON}
    assert call.headers["authorization"] == f"Bearer {SECRET}"
    assert [value for value, _ in world.there_at_call[0]] == [PERSON], "the store comes first"
    cut_off = world.store.entry()["not_issued_after"]
    assert abs(cut_off - (now() + 30)) <= 3, "the edge needs half a minute"
    assert ended.json["entries"][0]["not_issued_after"] == cut_off
    assert "at Cloudflare, too" in world.revoke().out


def test_an_application_keeps_its_margin(world: World) -> None:
    ended = world.run("revoke", "app", AUDIENCE, "--yes", "--cloudflare", f"--app-id={APP_ID}", "--margin=4s")

    assert ended.code == 0, ended
    (call,) = world.cloudflare.calls
    assert (call.method, call.path) == ("POST", f"/accounts/{ACCOUNT}/access/apps/{APP_ID}/revoke_tokens")
    assert abs(world.store.entry()["not_issued_after"] - (now() + 4)) <= 3


def test_an_application_is_found_by_its_tag(world: World) -> None:
    apps = [{"id": f"other-{number}", "aud": "0" * 64} for number in range(100)]
    pages = [apps, [{"id": APP_ID, "aud": AUDIENCE}, {"name": "bookmark"}]]

    def answer(call: Call) -> Answer:
        if call.method == "GET":
            page = int(call.path.split("page=")[1].split("&")[0])
            return Answer(body={"success": True, "result": pages[page - 1]})
        return Answer()

    world.answers(answer)
    ended = world.run("revoke", "app", AUDIENCE, "--yes", "--cloudflare")

    assert ended.code == 0, ended
    assert world.cloudflare.calls[-1].path.endswith(f"/apps/{APP_ID}/revoke_tokens")
    assert [value for value, _ in world.there_at_call[0]] == [AUDIENCE]
    pages[1] = []
    missing = world.run("revoke", "app", AUDIENCE, "--yes", "--cloudflare")
    assert missing.code == 3
    assert "--app-id" in missing.err


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer(401, FAILED), "the API token is not valid"),
        (Answer(403, FAILED), "Organizations Revoke"),
        (Answer(404, FAILED), "--account"),
        (Answer(429, FAILED, {"Retry-After": "17"}), "run this again in 17 s"),
        (Answer(429, FAILED), "in 5 minutes"),
        (Answer(500, b"<html>"), "HTTP 500"),
        (Answer(200, FAILED), "did not say that it was done"),
        (Answer(200, b"{"), "did not say that it was done"),
        (Answer(302, b"", {"Location": "https://example.com/"}), "HTTP 302"),
    ],
)
def test_what_cloudflare_refuses_is_in_the_store(world: World, answer: Answer, says: str) -> None:
    world.answers(lambda call: answer)

    plain = world.revoke()
    as_json = world.revoke("--json")

    assert plain.code == as_json.code == 3
    assert says in plain.err
    assert "the store has it and Cloudflare does not" in plain.err
    assert "\x1b" not in plain.err + plain.out
    told = as_json.json["cloudflare"]
    assert (told["done"], told["http_status"]) == (False, answer.status)
    if "Retry-After" in answer.headers:
        assert told["retry_after"] == 17
    for there in world.there_at_call:
        assert [value for value, _ in there] == [PERSON]
    assert world.store.status() == "REVOKED"


def test_a_cloudflare_that_hangs_is_not_waited_for(world: World) -> None:
    world.answers(lambda call: Answer(hang=60))

    ended = world.revoke("--api-timeout=1s")

    assert ended.code == 3
    assert "did not answer in time" in ended.err
    assert [value for value, _ in world.there_at_call[0]] == [PERSON]


def test_a_cloudflare_that_is_away_is_told(world: World) -> None:
    ended = world.run(
        "revoke",
        "user",
        PERSON,
        "--cloudflare",
        "--json",
        env={"CFACCESS_TEST_CLOUDFLARE_API": "http://127.0.0.1:9"},
    )

    assert ended.code == 3
    assert ended.json["cloudflare"]["http_status"] is None
    assert world.store.entry()["value"] == PERSON


@pytest.mark.parametrize(("away", "code"), [(3, 0), (60, 5), (-60, 5), (86400, 5), (-86400, 5)])
def test_the_cut_off_follows_cloudflares_clock(world: World, away: int, code: int) -> None:
    world.answers(lambda call: Answer(clock=away))

    ended = world.revoke("--json")

    assert ended.code == code, ended
    assert abs(ended.json["cloudflare"]["clock_ahead"] - (away if abs(away) > 1 else 0)) <= 3
    cut_off = world.store.entry()["not_issued_after"]
    expected = min(away + 30, 300) if away > -28 else 2
    assert abs(cut_off - (now() + expected)) <= 4
    if code == 5:
        assert ("behind" if away > 0 else "ahead of") in ended.err


def test_an_answer_without_a_date_is_enough(world: World) -> None:
    world.answers(lambda call: Answer(clock=None))

    assert world.revoke().code == 0
    assert abs(world.store.entry()["not_issued_after"] - (now() + 2)) <= 3


def test_the_token_comes_from_a_file(world: World, tmp_path: Path) -> None:
    path = tmp_path / "api-token"
    path.write_text(f"{SECRET}-of-file\n")

    assert world.revoke(f"--api-token-file={path}").code == 0

    assert world.cloudflare.calls[-1].headers["authorization"] == f"Bearer {SECRET}-of-file"


@pytest.mark.parametrize(
    ("arguments", "env", "says"),
    [
        ((), {"CLOUDFLARE_API_TOKEN": ""}, "CLOUDFLARE_API_TOKEN"),
        ((), {"CLOUDFLARE_API_TOKEN": "two words"}, "one line"),
        ((), {"CLOUDFLARE_ACCOUNT_ID": ""}, "CLOUDFLARE_ACCOUNT_ID"),
        (("--account=../x",), {}, "letters, digits and hyphens"),
        (("--api-token-file=/nonexistent",), {}, "cannot read /nonexistent"),
        ((), {"CFACCESS_TEST_CLOUDFLARE_API": "http://192.0.2.1:80"}, "for tests"),
        ((), {"CFACCESS_TEST_CLOUDFLARE_API": "https://example.com"}, "for tests"),
    ],
)
def test_nothing_is_written_before_the_call_can_be_made(
    world: World, arguments: tuple[str, ...], env: dict[str, str], says: str
) -> None:
    ended = world.run("revoke", "user", PERSON, "--cloudflare", *arguments, env=env)

    assert ended.code == 2
    assert says in ended.err
    assert world.store.is_empty()
    assert world.cloudflare.calls == []


@pytest.mark.parametrize(
    "arguments", [("user", SUBJECT), ("service", SERVICE), ("session", SESSION), ("team",)]
)
def test_cloudflare_is_asked_for_what_it_can_do(world: World, arguments: tuple[str, ...]) -> None:
    ended = world.run("revoke", *arguments, "--cloudflare")

    assert ended.code == 2
    assert world.store.is_empty()


def test_a_store_that_is_away_ends_before_the_call(world: World) -> None:
    env = {"CFACCESS_STORE_URL": "sqlite:/dev/null/revocations.db"}

    assert world.run("revoke", "user", PERSON, "--cloudflare", env=env).code in (1, 4)
    assert world.cloudflare.calls == []


def test_a_dry_run_calls_nobody(world: World) -> None:
    assert world.revoke("--dry-run").code == 0
    assert world.cloudflare.calls == []


def test_a_token_names_the_user_at_cloudflare(world: World) -> None:
    arguments = ("revoke", "token", "-", KEYS, "--what=user", "--cloudflare")

    assert world.run(*arguments, stdin=fixture.token()).code == 0

    assert world.cloudflare.calls[-1].body == {"email": PERSON}
    ended = world.run("revoke", "token", "-", KEYS, "--cloudflare", stdin=fixture.token())
    assert ended.code == 2, "no call revokes a session"


def test_the_api_token_is_in_no_output(world: World) -> None:
    for answer in (Answer(), Answer(401, {"success": False, "errors": [{"message": "bad"}]})):
        world.answers(lambda call, answer=answer: answer)
        for arguments in ((), ("--json",), ("--dry-run",)):
            ended = world.revoke(*arguments)
            assert SECRET not in ended.out + ended.err
