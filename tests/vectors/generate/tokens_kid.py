"""The key that a header names: one of the set, or none."""

from __future__ import annotations

from mint import Object, Raw, header, token
from sets import AMBIGUOUS_KID, UNUSABLE
from vector import PERSON, Token

from keys import ACME, ACME_2, DOCS_KID, DROP, OTHER_TEAM, STRANGER


def vectors() -> list[Token]:
    return [*_kid(), *_key_of_set()]


def _kid() -> list[Token]:
    ill_formed: list[tuple[str, str, object]] = [
        ("missing", "no kid: no key is tried out", DROP),
        ("null", "kid is null", None),
        ("empty", "kid is empty", ""),
        ("number", "kid is a number", 5),
        ("array", "kid is an array", [ACME.kid]),
        ("object", "kid is an object", {"kid": ACME.kid}),
        ("true", "kid is true", True),
        ("space-inside", "kid with a space, as an injection would have", "' OR 1=1--"),
        ("space-after", "the right kid and a space", ACME.kid + " "),
        ("space-before", "a space and the right kid", " " + ACME.kid),
        ("line-feed", "kid with a line feed, to forge a line in a log", ACME.kid + "\nINFO accepted"),
        ("nul", "kid with a trailing NUL", ACME.kid + "\0"),
        ("delete", "kid with a delete character", ACME.kid + "\x7f"),
        ("not-ascii", "kid outside ASCII", "schlüssel"),
        ("emoji", "kid as an emoji", "🔑"),
        ("too-long", "kid of 129 characters", "a" * 129),
        ("much-too-long", "kid of 1,500 characters", "a" * 1500),
    ]
    unknown: list[tuple[str, str, str]] = [
        ("of-nobody", "a kid that is in no set", STRANGER.kid),
        ("path", "a kid that is a path", "../../etc/passwd"),
        ("address", "a kid that is an address", "https://attacker.example/key"),
        ("injection", "a kid that is an injection without spaces", "'OR'1'='1'--"),
        ("longest", "a kid of 128 characters", "a" * 128),
        ("shortest", "a kid of one character", "~"),
        ("upper-case", "the right kid in upper case", ACME.kid.upper()),
        ("cut", "the right kid without its last character", ACME.kid[:-1]),
        ("longer", "the right kid and one more character", ACME.kid + "0"),
        ("star", "a star is no pattern", "*"),
    ]
    return [
        *(
            Token(f"kid-{name}", "header/kid", about, token(header(kid=value)), "MALFORMED")
            for name, about, value in ill_formed
        ),
        *(
            Token(f"kid-{name}", "header/kid", about, token(header(kid=value)), "UNKNOWN_KEY")
            for name, about, value in unknown
        ),
        Token(
            "kid-of-stranger-signed-by-stranger",
            "header/kid",
            "a stranger's key and kid",
            token(header(kid=STRANGER.kid), key=STRANGER),
            "UNKNOWN_KEY",
            signer=STRANGER,
        ),
        Token(
            "kid-in-capitals",
            "header/kid",
            "names are compared with regard to case",
            token(header(kid=DROP, KID=ACME.kid)),
            "MALFORMED",
        ),
        Token(
            "kid-escaped",
            "header/kid",
            "an escape is the character it stands for",
            token(header(kid=Raw(f'"\\u{ord(ACME.kid[0]):04x}{ACME.kid[1:]}"'))),
            "OK",
            PERSON,
        ),
    ]


def _key_of_set() -> list[Token]:
    def by(name: str, about: str, status: str, head: Object, key: str, signer: object = None) -> Token:
        signed_by = OTHER_TEAM if signer is None else STRANGER
        return Token(
            name, "header/kid", about, token(head, key=signed_by), status, keys=key, signer=signed_by
        )

    unusable = [
        by(
            f"kid-{kid}",
            "a kid of a key that is in the set and not usable",
            "UNKNOWN_KEY",
            header(kid=kid),
            "mixed.jwks.json",
        )
        for kid in UNUSABLE
    ]
    return [
        *unusable,
        by(
            "kid-of-two-keys-first",
            "a kid of two keys names neither",
            "UNKNOWN_KEY",
            header(kid=AMBIGUOUS_KID),
            "mixed.jwks.json",
        ),
        by(
            "kid-of-two-keys-second",
            "a kid of two keys names neither",
            "UNKNOWN_KEY",
            header(kid=AMBIGUOUS_KID),
            "mixed.jwks.json",
            STRANGER,
        ),
        by(
            "kid-of-other-team",
            "the key of another team",
            "UNKNOWN_KEY",
            header(kid=OTHER_TEAM.kid),
            "acme.jwks.json",
        ),
        Token(
            "kid-of-this-team-at-the-other",
            "header/kid",
            "the other way round",
            token(),
            "UNKNOWN_KEY",
            keys="other.jwks.json",
        ),
        Token(
            "kid-of-docs-not-in-set",
            "header/kid",
            "a good signature under a kid that the set does not know",
            token(header(kid=DOCS_KID)),
            "UNKNOWN_KEY",
        ),
        Token(
            "mixed-set-good-key",
            "header/kid",
            "the good key next to unusable ones",
            token(),
            "OK",
            PERSON,
            keys="mixed.jwks.json",
        ),
        Token(
            "second-key",
            "header/kid",
            "the second key of the set",
            token(header(kid=ACME_2.kid), key=ACME_2),
            "OK",
            PERSON,
            signer=ACME_2,
        ),
    ]
