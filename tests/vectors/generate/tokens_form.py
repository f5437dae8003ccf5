"""The compact form: three parts of base64url, and nothing around them."""

from __future__ import annotations

from collections.abc import Callable

from mint import Object, attach, dump, header, person, sign, signing_input, token
from vector import PERSON, Token

from keys import ACME, base64url

GOOD = token()
HEADER, PAYLOAD, SIGNATURE = GOOD.split(b".")


def vectors() -> list[Token]:
    return [*_empty(), *_parts(), *_alphabet(), *_canonical(), *_around(), *_serializations(), *_opaque()]


def malformed(name: str, about: str, value: bytes, rule: str = "form") -> Token:
    return Token(name, rule, about, value, "MALFORMED", signer=None)


def join(*parts: bytes) -> bytes:
    return b".".join(parts)


def _empty() -> list[Token]:
    return [Token("empty", "form", "nothing at all, as an empty header is", b"", "NO_TOKEN", signer=None)]


def _parts() -> list[Token]:
    cases = [
        ("one-space", "a single space", b" "),
        ("one-part", "a header alone", HEADER),
        ("two-parts", "no signature part", join(HEADER, PAYLOAD)),
        ("four-parts", "a fourth part", join(GOOD, b"x")),
        ("four-parts-last-empty", "a dot at the end", join(GOOD, b"")),
        ("four-parts-first-empty", "a dot at the start", join(b"", GOOD)),
        ("two-dots-before", "two dots at the start", b".." + GOOD),
        ("five-parts", "five parts, as encrypted tokens have", join(GOOD, SIGNATURE, SIGNATURE)),
        ("five-parts-direct-key", "five parts with an empty key, as encrypted tokens may have", _encrypted()),
        ("one-dot", "a single dot", b"."),
        ("two-dots", "two dots and nothing between", b".."),
        ("three-dots", "three dots", b"..."),
        ("header-empty", "an empty header", join(b"", PAYLOAD, SIGNATURE)),
        ("payload-empty", "an empty payload", join(HEADER, b"", SIGNATURE)),
        ("signature-empty", "an empty signature", join(HEADER, PAYLOAD, b"")),
        (
            "none-signature-empty",
            "no algorithm and no signature",
            signing_input(header(alg="none"), person()) + b".",
        ),
        ("double-dot", "two dots between header and payload", join(HEADER, b"", PAYLOAD, SIGNATURE)),
    ]
    return [malformed(*case, "form/parts") for case in cases]


def _encrypted() -> bytes:
    head = base64url(dump({"alg": "dir", "enc": "A256GCM", "kid": ACME.kid})).encode()
    return join(head, b"", b"AAAAAAAAAAAAAAAA", b"AAAA", b"AAAAAAAAAAAAAAAAAAAAAA")


def _alphabet() -> list[Token]:
    def with_byte(byte: bytes) -> bytes:
        return GOOD[:300] + byte + GOOD[300:]

    inside = [
        ("nul", "a NUL byte", b"\0"),
        ("space", "a space", b" "),
        ("tab", "a tab", b"\t"),
        ("line-feed", "a line feed", b"\n"),
        ("carriage-return", "a line break of two bytes", b"\r\n"),
        ("byte-ff", "the byte FF", b"\xff"),
        ("byte-80", "the byte 80", b"\x80"),
        ("letter-with-accent", "a letter outside ASCII", "é".encode()),
        ("full-width-letter", "a letter that looks like one of the alphabet", "\uff21".encode()),
        ("zero-width-space", "a character that nobody sees", "\u200b".encode()),
        ("question-mark", "a question mark", b"?"),
        ("number-sign", "a number sign", b"#"),
        ("percent-escape", "a percent escape", b"%3D"),
        ("tilde", "a tilde, the separator of disclosures", b"~"),
        ("plus", "a plus sign of the other alphabet", b"+"),
        ("slash", "a slash of the other alphabet", b"/"),
        ("padding-inside", "padding in the middle of a part", b"="),
        ("brace", "a brace", b"{"),
        ("quotation-mark", "a quotation mark", b'"'),
        ("backslash", "a backslash", b"\\"),
        ("delete", "a delete character", b"\x7f"),
    ]
    found = [
        malformed(f"inside-{name}", f"{about} inside", with_byte(byte), "form/alphabet")
        for name, about, byte in inside
    ]
    found.append(
        malformed(
            "dot-look-alike",
            "a character that looks like a dot",
            GOOD.replace(b".", "\u2024".encode()),
            "form/alphabet",
        )
    )
    for part in ("header", "payload"):
        found.append(
            malformed(
                f"{part}-other-alphabet",
                f"the {part} in the alphabet with + and /, signed so",
                _respelled(part),
                "form/alphabet",
            )
        )
    other = SIGNATURE.replace(b"-", b"+").replace(b"_", b"/")
    assert other != SIGNATURE
    found.append(
        malformed(
            "signature-other-alphabet",
            "the signature in the alphabet with + and /",
            join(HEADER, PAYLOAD, other),
            "form/alphabet",
        )
    )
    return found


def _respelled(part: str) -> bytes:
    """A token with one part in the standard alphabet, and the signature over just these bytes."""
    head, payload = (
        (header(x="???>>>~~~"), person()) if part == "header" else (header(), person(x="???>>>~~~"))
    )
    message = signing_input(head, payload)
    respelled = message.replace(b"-", b"+").replace(b"_", b"/")
    assert respelled != message
    return attach(respelled, sign(ACME, respelled))


def _canonical() -> list[Token]:
    edits: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
        "padded-1": ("with padding", lambda text: text + b"="),
        "padded-2": ("with padding", lambda text: text + b"=="),
        "spare-bits": ("with bits set after the last byte", _spare_bit),
        "impossible-length": ("of a length that no bytes have", _impossible),
        "one-character": ("of one character", lambda _: b"A"),
    }
    return [
        malformed(f"{part}-{name}", f"the {part} {about}", _edited(part, edit), "form/base64url")
        for part in ("header", "payload", "signature")
        for name, (about, edit) in edits.items()
    ]


def _edited(part: str, edit: Callable[[bytes], bytes]) -> bytes:
    """A token with one part edited, signed after the edit unless it is the signature."""
    message = signing_input(_ending(header()), _ending(person()))
    head, payload = message.split(b".")
    if part == "signature":
        return join(message, edit(base64url(sign(ACME, message)).encode()))
    message = join(edit(head), payload) if part == "header" else join(head, edit(payload))
    return attach(message, sign(ACME, message))


def _ending(members: Object) -> Object:
    """The members with a filler, so that the last character of the part has spare bits."""
    while len(dump(members)) % 3 != 1:
        members = {**members, "x": str(members.get("x", "")) + "x"}
    return members


def _spare_bit(text: bytes) -> bytes:
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    assert len(text) % 4 == 2
    return text[:-1] + bytes([alphabet[alphabet.index(text[-1]) | 1]])


def _impossible(text: bytes) -> bytes:
    return text + b"A" * ((1 - len(text)) % 4)


def _around() -> list[Token]:
    cases = [
        ("space-before", "a space before", b" " + GOOD),
        ("space-after", "a trailing space", GOOD + b" "),
        ("tab-before", "a tab before", b"\t" + GOOD),
        ("tab-after", "a trailing tab", GOOD + b"\t"),
        ("carriage-return-before", "a line break of two bytes before", b"\r\n" + GOOD),
        ("nul-before", "a NUL byte before", b"\0" + GOOD),
        ("nul-after", "a trailing NUL byte: the end is where the length says", GOOD + b"\0"),
        ("nul-and-more-after", "a NUL byte and one more after it", GOOD + b"\0x"),
        ("byte-order-mark-before", "a byte order mark before", b"\xef\xbb\xbf" + GOOD),
        ("cookie", "a whole cookie", b"CF_Authorization=" + GOOD),
        ("cookie-after", "another cookie after it", GOOD + b"; a=b"),
        ("quoted", "in quotation marks", b'"' + GOOD + b'"'),
        ("twice-with-comma", "two header lines joined", GOOD + b"," + GOOD),
        ("twice-with-comma-and-space", "two header lines joined, with a space", GOOD + b", " + GOOD),
        ("twice-with-space", "two tokens with a space between", GOOD + b" " + GOOD),
        ("twice", "two tokens with nothing between", GOOD + GOOD),
    ]
    return [malformed(*case, "form/around") for case in cases]


def _serializations() -> list[Token]:
    head, payload, signature = HEADER.decode(), PAYLOAD.decode(), SIGNATURE.decode()
    flattened: Object = {"protected": head, "payload": payload, "signature": signature}
    general: Object = {"payload": payload, "signatures": [{"protected": head, "signature": signature}]}
    both: Object = {f"  {head}.": 1, "payload": payload, "protected": head, "signature": signature}
    polyglot: Object = {
        f"{head}.{payload}.{signature}": 1,
        "payload": payload,
        "protected": head,
        "signature": signature,
    }
    cases = [
        ("json-flattened", "the flattened JSON serialization", dump(flattened)),
        ("json-general", "the general JSON serialization", dump(general)),
        ("json-with-compact-header", "JSON that starts like the compact form", dump(both)),
        ("json-with-compact-token", "JSON that contains a compact token", dump(polyglot)),
        ("utf-16-little-endian", "a token in UTF-16", GOOD.decode().encode("utf-16-le")),
        ("utf-16-big-endian", "a token in UTF-16, the other way round", GOOD.decode().encode("utf-16-be")),
        ("decoded", "the three parts without base64url", join(dump(header()), dump(person()), b"signature")),
        ("base64-of-all", "a token in base64url once more", base64url(GOOD).encode()),
        ("percent-encoded", "dots as percent escapes", GOOD.replace(b".", b"%2E")),
    ]
    return [malformed(*case, "form/serialization") for case in cases]


def _opaque() -> list[Token]:
    def opaque(name: str, about: str, value: bytes) -> Token:
        return Token(name, "form/opaque", about, value, "OPAQUE_TOKEN", signer=None)

    return [
        opaque("opaque", "an access token of managed OAuth", b"oauth:8f2b6cbb1d2e4b1f"),
        opaque("opaque-empty", "the prefix alone", b"oauth:"),
        opaque("opaque-before-a-token", "the prefix before a good token", b"oauth:" + GOOD),
        opaque("opaque-with-odd-bytes", "the prefix names it, whatever follows", b"oauth:\0 \xff"),
        opaque("opaque-ten-megabytes", "the prefix names it, however long", b"oauth:" + b"A" * 10_000_000),
        malformed("opaque-capital", "the prefix is lower case", b"OAuth:8f2b6cbb1d2e4b1f", "form/opaque"),
        malformed(
            "opaque-after-space",
            "the prefix stands at the very start",
            b" oauth:8f2b6cbb1d2e4b1f",
            "form/opaque",
        ),
        malformed("opaque-without-colon", "the prefix ends with a colon", b"oauth", "form/opaque"),
        Token(
            "opaque-look-alike",
            "form/opaque",
            "a token that is good and no prefix in sight",
            GOOD,
            "OK",
            PERSON,
        ),
    ]
