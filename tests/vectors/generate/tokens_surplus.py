"""What callers often leave on a token. The message names it, since the status does not."""

from __future__ import annotations

from mint import token
from vector import Token

from keys import base64url

GOOD = token()
OPAQUE = b"oauth:8f2b6c"

BEARER = "the token begins with `Bearer `, which is not part of it"
LINE_BREAK = "the token ends in a line break, which is not part of it"
PARTS = "not three parts separated by dots"
BASE64URL = "a part is empty or not canonical base64url without padding"
NEITHER = "not three parts of base64url separated by dots"


def vectors() -> list[Token]:
    return [*_bearer(), *_line_break(), *_both()]


def _malformed(message: str, *cases: tuple[str, str, bytes]) -> list[Token]:
    return [
        Token(name, "form/surplus", about, value, "MALFORMED", signer=None, message=message)
        for name, about, value in cases
    ]


def _bearer() -> list[Token]:
    return [
        *_malformed(
            BEARER,
            ("bearer", "the scheme is the caller's to strip", b"Bearer " + GOOD),
            ("bearer-lower-case", "the scheme in lower case", b"bearer " + GOOD),
            ("bearer-upper-case", "the scheme in upper case", b"BEARER " + GOOD),
            ("bearer-two-spaces", "two spaces after the scheme", b"Bearer  " + GOOD),
            ("bearer-alone", "the scheme, and no token", b"Bearer "),
            ("bearer-and-no-token", "the scheme, and something else", b"Bearer x"),
            ("bearer-too-large", "longer than what is read", b"Bearer " + b"A" * 20_000),
            ("opaque-after-bearer", "the scheme before an opaque token", b"Bearer " + OPAQUE),
        ),
        *_malformed(
            BASE64URL,
            ("bearer-without-space", "part of the header's text", b"Bearer=" + GOOD),
            ("bearer-tab", "the scheme ends with a space", b"Bearer\t" + GOOD),
            ("bearer-after-space", "the scheme stands at the very start", b" Bearer " + GOOD),
            ("other-scheme", "another scheme", b"Basic " + GOOD),
        ),
        *_malformed(PARTS, ("bearer-word", "the word alone", b"Bearer")),
        *_malformed(NEITHER, ("other-scheme-too-large", "another scheme", b"Basic " + b"A" * 20_000)),
    ]


def _line_break() -> list[Token]:
    return [
        *_malformed(
            LINE_BREAK,
            ("line-feed-after", "a trailing line feed, as files end", GOOD + b"\n"),
            ("carriage-return-after", "a trailing line break of two bytes", GOOD + b"\r\n"),
            ("only-carriage-return-after", "a trailing carriage return", GOOD + b"\r"),
            ("line-feeds-after", "two trailing line feeds", GOOD + b"\n\n"),
            ("line-feed-alone", "an empty line", b"\n"),
            (
                "base64-of-a-token-with-line-feed",
                "encoded once more, with its line",
                base64url(GOOD).encode() + b"\n",
            ),
        ),
        *_malformed(
            BASE64URL,
            ("line-feed-before", "a line feed before", b"\n" + GOOD),
            ("line-feed-and-space-after", "something after the line feed", GOOD + b"\n "),
            ("line-separator-after", "a line break of Unicode only", GOOD + "\u2028".encode()),
        ),
    ]


def _both() -> list[Token]:
    return _malformed(
        BEARER, ("bearer-and-line-feed", "what stands before is named first", b"Bearer " + GOOD + b"\n")
    )
