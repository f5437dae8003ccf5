"""`revoke`, `block` and `lift`: what is written, what a token gets then, and how the program ends."""

from __future__ import annotations

import endpoint as fixture
import mint
import pytest

from .program import AUDIENCE, Ended, run
from .stores import KEYS, PERSON, SERVICE, SESSION, SUBJECT, Store, now

ALWAYS = 2**53 - 1


def of_service(age: int = 60) -> str:
    claims = mint.service(iat=now() - age, exp=now() + 3600)
    return mint.token(payload=claims).decode()


@pytest.mark.parametrize(
    ("arguments", "kind", "value"),
    [
        (("user", "User@Example.com"), "email", PERSON),
        (("user", SUBJECT.upper()), "subject", SUBJECT),
        (("user", "ada", "--as", "subject"), "subject", "ada"),
        (("user", "ada", "--as", "email"), "email", "ada"),
        (("app", AUDIENCE, "--yes"), "application", AUDIENCE),
        (("service", SERVICE), "service", SERVICE),
        (("session", SESSION), "session", SESSION),
        (("team", "--confirm", "acme"), "team", ""),
    ],
)
def test_revoke_writes_an_entry(store: Store, arguments: tuple[str, ...], kind: str, value: str) -> None:
    before = now()

    ended = store.run("revoke", *arguments, "--reason", "lost laptop", "--json")

    assert ended.code == 0, ended
    assert (ended.json["status"], ended.json["action"]) == ("OK", "revoke")
    (written,) = ended.json["entries"]
    entry = store.entry()
    for found in (written, entry):
        assert (found["kind"], found["value"]) == (kind, value)
        cut_off = found["not_issued_after"]
        assert cut_off == ALWAYS if kind == "session" else before + 2 <= cut_off <= now() + 3
    assert entry["reason"] == "lost laptop"
    assert entry["made_by"].startswith("tester@")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("user", PERSON), "REVOKED"),
        (("user", SUBJECT), "REVOKED"),
        (("app", AUDIENCE, "--yes"), "REVOKED"),
        (("session", SESSION), "REVOKED"),
        (("team", "--confirm=acme"), "REVOKED"),
        (("user", "other@example.com"), "OK"),
        (("service", SERVICE), "OK"),
    ],
)
def test_what_is_revoked_is_refused(store: Store, arguments: tuple[str, ...], status: str) -> None:
    assert store.run("revoke", *arguments).code == 0

    assert store.status() == status


def test_the_answer_is_in_words(store: Store) -> None:
    ended = store.run("revoke", "user", PERSON)

    assert ended.code == 0
    assert ended.out.startswith(f"revoked: user {PERSON}, tokens issued up to 20")
    assert " UTC; in force everywhere by " in ended.out
    assert "; falls away on 20" in ended.out
    assert "add --cloudflare" in ended.err
    assert "block service" in store.run("revoke", "service", SERVICE).err


def test_times_are_local_and_utc(store: Store) -> None:
    ended = store.run("revoke", "user", PERSON, env={"TZ": "Asia/Tokyo"})

    assert " JST (" in ended.out
    assert " UTC); in force everywhere by " in ended.out


def test_a_cut_off_may_be_earlier_and_never_goes_back(store: Store) -> None:
    monday = now() - 3600
    assert store.run("revoke", "user", PERSON, f"--at={monday}").code == 0
    assert store.entry()["not_issued_after"] == monday
    assert store.status() == "OK"
    assert store.status(fixture.token(age=3700)) == "REVOKED"

    assert store.run("revoke", "user", PERSON, "--at=1h ago").code == 0
    assert store.run("revoke", "user", PERSON, "--at=2h ago").code == 0
    assert abs(store.entry()["not_issued_after"] - monday) <= 30


def test_a_margin_is_added(store: Store) -> None:
    assert store.run("revoke", "user", PERSON, "--margin=1m").code == 0
    assert abs(store.entry()["not_issued_after"] - now() - 60) <= 3
    assert store.run("revoke", "user", PERSON, "--margin=301s").code == 2
    assert store.run("revoke", "user", PERSON, "--margin=1m", "--at=now").code == 2


def test_a_cut_off_in_the_future_is_refused(store: Store) -> None:
    ended = store.run("revoke", "user", PERSON, f"--at={now() + 3600}")

    assert ended.code == 2
    assert "in the future" in ended.err
    assert store.is_empty()


def test_block_keeps_out_and_lift_lets_in(store: Store) -> None:
    assert store.run("block", "service", SERVICE).code == 0
    assert store.status(of_service()) == "BLOCKED"
    assert store.entry()["blocked"] is True
    assert store.entry()["blocked_until"] == ALWAYS

    lifted = store.run("lift", "service", SERVICE, "--json")
    assert (lifted.code, lifted.json["action"]) == (0, "lift")
    assert store.status(of_service()) == "REVOKED", "tokens of before the block stay refused"
    assert store.run("lift", "service", SERVICE).code == 0
    assert store.status(of_service()) == "OK"
    assert store.entries() == []
    assert len(store.entries("--all")) == 1


def test_block_ends_by_itself(store: Store) -> None:
    assert store.run("block", "user", PERSON, "--until=3d").code == 0
    assert abs(store.entry()["blocked_until"] - now() - 3 * 86400) <= 3
    assert "blocked until 20" in store.run("revocations", "show", "user", PERSON).out
    assert store.run("block", "user", PERSON, "--until=2020-01-01").code == 2
    assert store.run("block", "app", AUDIENCE).code == 2


@pytest.mark.parametrize("command", ["revoke", "block", "lift"])
def test_a_dry_run_writes_nothing(store: Store, command: str) -> None:
    assert store.run("revoke", "user", "Ada@example.com", "--reason=first", "--at=1h ago").code == 0
    before = store.rows("SELECT * FROM entries"), store.rows("SELECT * FROM audit")

    ended = store.run(command, "user", "ada@example.com", "--dry-run", "--json")
    plain = store.run(command, "user", "ada@example.com", "--dry-run")
    other = store.run(command, "user", "bob@example.com", "-n", "--json")

    assert ended.code == plain.code == other.code == 0
    assert ended.json["dry_run"] is True
    assert ended.json["entries"][0]["there_now"]["reason"] == "first"
    assert other.json["entries"][0]["there_now"] is None
    assert plain.out.startswith("would be ")
    assert (", tokens" in plain.out.splitlines()[0]) == (command == "revoke")
    assert "first" in plain.out
    assert before == (store.rows("SELECT * FROM entries"), store.rows("SELECT * FROM audit"))


def test_a_dry_run_needs_no_answer(store: Store) -> None:
    for arguments in (("team",), ("app", AUDIENCE)):
        assert store.run("revoke", *arguments, "--dry-run").code == 0


def test_by_names_the_author(store: Store) -> None:
    def author(*arguments: str, **env: str) -> str:
        assert store.run("revoke", "user", PERSON, *arguments, env=env).code == 0
        made_by: str = store.entry()["made_by"]
        return made_by

    assert author("--by", "on call") == "on call"
    assert author(SUDO_USER="ada") == "ada"
    assert author(SUDO_USER="").startswith("tester@")


def test_a_token_on_standard_input_names_what_is_revoked(store: Store) -> None:
    def revoke(token: str, *arguments: str) -> Ended:
        return store.run("revoke", "token", "-", KEYS, "--json", *arguments, stdin=token)

    assert revoke(fixture.token()).json["entries"][0]["value"] == SESSION
    assert store.status() == "REVOKED"
    assert revoke(fixture.token(), "--what=user").json["entries"][0]["value"] == PERSON
    assert revoke(fixture.token(), "--what=app", "--yes").json["entries"][0]["value"] == AUDIENCE
    assert len(store.entries()) == 3


def test_an_expired_token_or_one_of_another_application_can_be_revoked(store: Store) -> None:
    then = now() - 86400
    claims = mint.person(iat=then, nbf=then, exp=then + 60, aud=[mint.OTHER_AUDIENCE])

    ended = store.run("revoke", "token", "-", KEYS, stdin=mint.token(payload=claims).decode())

    assert ended.code == 0, ended
    assert store.entry()["value"] == SESSION


@pytest.mark.parametrize("what", ["session", "user", "app"])
def test_a_forged_token_revokes_nothing(store: Store, what: str) -> None:
    for forged, status in (
        (fixture.token()[:-6] + "AAAAAA", "BAD_SIGNATURE"),
        ("garbage", "MALFORMED"),
        (mint.token(payload=mint.person(iss="https://other.cloudflareaccess.com")).decode(), "WRONG_ISSUER"),
    ):
        ended = store.run("revoke", "token", "-", KEYS, f"--what={what}", "--yes", "--json", stdin=forged)
        assert (ended.code, ended.json["status"]) == (1, status)
    assert store.is_empty()


def test_a_token_that_names_no_session_revokes_none(store: Store) -> None:
    for what in ("session", "user"):
        ended = store.run("revoke", "token", "-", KEYS, f"--what={what}", stdin=of_service())
        assert ended.code == 2
        assert "choose another --what" in ended.err
    assert store.is_empty()


def test_a_token_is_no_argument_of_revoke(store: Store) -> None:
    secret = fixture.token()

    ended = store.run("revoke", "token", secret, KEYS)

    assert ended.code == 2
    assert secret[:20] not in ended.err + ended.out
    for arguments in (("user", secret), ("session", secret), ("service", secret), ("app", secret, "--yes")):
        failed = store.run("revoke", *arguments, env={"CFACCESS_STORE_URL": "sqlite:/dev/null/x.db"})
        assert failed.code != 0
        assert secret[:20] not in failed.err + failed.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("revoke", "user", "ada"), "--as email"),
        (("revoke", "user", ""), "neither"),
        (("revoke", "user", "a b@c"), "e-mail"),
        (("revoke", "team", "--confirm=other"), "not the name of the team"),
        (("revoke", "session", SESSION, "--at=now"), "unexpected argument"),
        (("revoke", "user", PERSON, "--reason", "x" * 300), "at most 256 bytes"),
        (("lift", "user"), "value is missing"),
        (("lift", "team", "acme"), "no value"),
        (("revoke", "user", PERSON, "--team=a b"), "not a team"),
        (("revoke", "user", PERSON, "--store=memory:"), "one process"),
        (("revoke", "user", PERSON, "--store=oracle://x"), "the store is none of"),
    ],
)
def test_wrong_arguments_write_nothing(store: Store, arguments: tuple[str, ...], says: str) -> None:
    ended = store.run(*arguments)

    assert ended.code == 2, ended
    assert says in ended.err
    assert store.is_empty()


def test_a_store_is_needed() -> None:
    ended = run("revoke", "user", PERSON, "--team=acme")

    assert ended.code == 2
    assert "CFACCESS_STORE_URL" in ended.err


def test_a_store_that_is_away_is_exit_code_4(store: Store) -> None:
    away = {"CFACCESS_STORE_URL": f"sqlite:{store.path.parent}"}
    for arguments in (
        ("revoke", "user", PERSON),
        ("revoke", "user", PERSON, "--dry-run"),
        ("block", "user", PERSON),
        ("lift", "user", PERSON),
        ("revocations", "list"),
        ("revocations", "export"),
    ):
        ended = store.run(*arguments, "--json", env=away)
        assert ended.code in (1, 4), ended
        assert ended.json["status"] == "REVOCATIONS_UNAVAILABLE"
        assert ended.json["http_status"] == 503


def test_an_application_that_is_no_tag_is_told(store: Store) -> None:
    ended = store.run("revoke", "app", "f174e90a-fafe-4643-bbbc-4a0ed4fc8415", "--yes")

    assert ended.code == 0
    assert "no AUD tag" in ended.err


def test_a_file_has_no_replicas(store: Store) -> None:
    ended = store.run("revoke", "user", PERSON, "--wait-replicas=1")

    assert ended.code == 2
    assert "a file has no replicas" in ended.err
    assert store.is_empty()


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify", f"--audience={AUDIENCE}", KEYS),
        ("revocations", "list"),
        ("revocations", "show", "user", PERSON),
        ("revocations", "audit"),
        ("revocations", "export"),
    ],
)
def test_what_reads_makes_no_store(store: Store, arguments: tuple[str, ...]) -> None:
    ended = store.run(*arguments, stdin=fixture.token())

    assert ended.code == 4, ended
    assert ended.err.startswith("REVOCATIONS_UNAVAILABLE: ")
    assert not store.path.exists()


@pytest.mark.parametrize(
    "arguments", [("revoke", "user", PERSON), ("block", "user", PERSON), ("revocations", "purge")]
)
def test_a_dry_run_makes_no_store(store: Store, arguments: tuple[str, ...]) -> None:
    assert store.run(*arguments, "--dry-run").code == 0
    assert not store.path.exists()
    elsewhere = {"CFACCESS_STORE_URL": f"sqlite:{store.path.parent}/missing/revocations.db"}
    assert store.run(*arguments, "--dry-run", env=elsewhere).code == 1


def test_explain_shows_the_revocation(store: Store) -> None:
    store.run("revoke", "user", PERSON)

    ended = store.run("explain", f"--audience={AUDIENCE}", KEYS, stdin=fixture.token())

    assert "REVOKED" in ended.out
