"""A person signs in at `cfaccess local`, keys are rotated, tokens are spoiled, and the session is ended."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from html import unescape
from typing import NamedTuple
from urllib.parse import urlsplit

from programs import COMMAND
from running import Answer, Running, running

PERSON = "ada@example.com"
# The cooldown of the application's keys, and its jitter.
COOLDOWN = 1.5
FAULTS = {"expired": "401 EXPIRED", "signature-bad": "401 BAD_SIGNATURE", "wrong-app": "401 WRONG_AUDIENCE"}


class Step(NamedTuple):
    """What is done, and what is answered and should be."""

    name: str
    answer: str = ""
    expected: str = ""


def show_local_access() -> bool:
    """Whether all answers are as they should be."""
    if not COMMAND.exists():
        print("\nNo login at a local Access: target/cli/release/cfaccess is missing (make cli).")
        return True
    with running() as local:
        return told(steps(local))


def told(shown: Iterable[Step]) -> bool:
    """Prints the answers, and says whether they are the expected ones."""
    print()
    right = wrong = 0
    for step in shown:
        line = f"{step.name:44}{step.answer}".rstrip()
        if step.answer != step.expected:
            wrong += 1
            line += f"  ✗ expected: {step.expected}"
        elif step.expected:
            right += 1
        print(line, flush=True)
    print()
    if wrong or not right:
        print("The local Access and the application do NOT answer as they should.")
    else:
        print(f"{PERSON} signed in at the local Access, and was refused whenever something was wrong.")
    return right > 0 and not wrong


def steps(local: Running) -> Iterator[Step]:
    past = local.curl(f"http://127.0.0.1:{local.port}/")
    yield Step("a request past Access", f"{past.status} {past.refusal}", "401 NO_TOKEN")
    yield from sign_in(local)

    local.control("rotate")
    yield Step("cfaccess local rotate")
    yield Step("the session of before", greeted(local), f"200 hello, {PERSON}")
    time.sleep(COOLDOWN)
    local.forget()
    yield from sign_in(local)

    for fault, expected in FAULTS.items():
        local.control("fault", fault, "--times", "1")
        yield Step(f"cfaccess local fault {fault} --times 1")
        answer = local.curl(local.url)
        yield Step("the next request", f"{answer.status} {answer.refusal}", expected)
    yield Step("the one after it", greeted(local), f"200 hello, {PERSON}")

    local.control("revoke", "user", PERSON)
    yield Step(f"cfaccess local revoke user {PERSON}")
    yield Step("the same session", led(local.curl(local.url)), "302 to /cdn-cgi/access/login")


def sign_in(local: Running) -> Iterator[Step]:
    """The way of a browser, a request at a time."""
    answer = local.curl(local.url)
    yield Step("a request without a session", led(answer), "302 to /cdn-cgi/access/login")
    login = answer.location
    page = local.curl(login)
    secret = re.search(r'name="csrf" value="([^"]*)"', page.text)
    yield Step("the login page", f"{page.status} {'a form' if secret else 'no form'}", "200 a form")
    if secret is None:
        return
    form = {"csrf": unescape(secret[1]), "email": PERSON}
    fields = [word for name, value in form.items() for word in ("--data-urlencode", f"{name}={value}")]
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(login))
    answer = local.curl(login, "--header", f"Origin: {origin}", *fields)
    yield Step(f"the form, as {PERSON}", led(answer), "302 to /cdn-cgi/access/authorized")
    answer = local.curl(answer.location)
    cookie = "with" if answer.sets_session else "without"
    yield Step(
        "where it leads", f"{led(answer)}, {cookie} CF_Authorization", "302 to /, with CF_Authorization"
    )
    yield Step("a request with the session", greeted(local), f"200 hello, {PERSON}")


def greeted(local: Running) -> str:
    answer = local.curl(local.url)
    return f"{answer.status} {answer.text.strip()[:60]}"


def led(answer: Answer) -> str:
    """The status, and where to: of the login, the host of the application is not shown."""
    path = urlsplit(answer.location).path or "/"
    if path.startswith("/cdn-cgi/access/login/"):
        path = "/cdn-cgi/access/login"
    return f"{answer.status} to {path}"
