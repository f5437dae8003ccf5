"""The claim email: an address as a rule, and whatever else a team takes from its identity provider."""

from __future__ import annotations

from mint import HOST, person, service, token
from vector import PERSON, Token, config

DOMAIN = "@example.com"
RULE = "claims/email"
WHITE_SPACE = (0x00A0, 0x1680, 0x2000, 0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)
# The first and the last of each range of the general category Cf.
FORMAT = (
    *(0x00AD, 0x0600, 0x0605, 0x061C, 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x180E, 0x200B, 0x200F),
    *(0x202A, 0x202E, 0x2060, 0x2064, 0x2066, 0x206F, 0xFEFF, 0xFFF9, 0xFFFB, 0x110BD, 0x110CD, 0x13430),
    *(0x1343F, 0x1BCA0, 0x1BCA3, 0x1D173, 0x1D17A, 0xE0001, 0xE0020, 0xE007F),
)


def vectors() -> list[Token]:
    return [*_accepted(), *_refused(), *_invisible()]


def _accepted() -> list[Token]:
    def good(name: str, about: str, email: str) -> Token:
        claims = {**PERSON, "email": email}
        return Token(f"email-{name}", RULE, about, token(payload=person(email=email)), "OK", claims)

    return [
        good("shortest-address", "three bytes", "a@b"),
        good("longest", "320 bytes", "a" * (320 - len(DOMAIN)) + DOMAIN),
        good("mixed-case", "letters stay as they are", "User.Name+tag@Example.COM"),
        good("two-signs", "a second sign in the local part", '"a@b"@example.com'),
        good("one-byte", "one byte", "x"),
        good("user-name", "a name of a user, which a team may take instead of an address", "ada.lovelace"),
        good("windows-name", "a name with the domain before it", "ACME\\ada"),
        good("number", "a number of an employee", "004711"),
        good("not-ascii", "letters outside ASCII", "größe"),
        good("longest-not-ascii", "320 bytes in 160 characters", "ü" * 160),
        good("nothing-before-sign", "nothing before the sign", DOMAIN),
        good("nothing-after-sign", "nothing after the sign", "user@"),
        good("non-identity", "a device that was enrolled with a service token", f"non_identity@{HOST}"),
        good("combining-mark", "a mark that is drawn over a letter is visible", "a\u0301da"),
    ]


def _refused() -> list[Token]:
    def bad(name: str, about: str, email: str) -> Token:
        return Token(f"email-{name}", RULE, about, token(payload=person(email=email)), "INVALID_CLAIM")

    spaced = token(payload=service(email="a b"))
    return [
        bad("too-long", "321 bytes", "a" * (321 - len(DOMAIN)) + DOMAIN),
        bad("too-long-in-bytes", "200 characters of two bytes", "ü" * 200 + DOMAIN),
        bad("too-long-name", "321 bytes without a sign", "a" * 321),
        bad("space-inside", "a space inside", "us er@example.com"),
        bad("space-before", "a space before", " user@example.com"),
        bad("space-after", "a space after", "user@example.com "),
        bad("space-in-name", "a name of two words", "Ada Lovelace"),
        bad("only-space", "a space is not empty", " "),
        bad("tab", "a tab", "user\t@example.com"),
        Token(
            "email-with-space-of-service",
            RULE,
            "a space, and the name of a service",
            spaced,
            "INVALID_CLAIM",
            config=config(allow_services="any"),
        ),
    ]


def _invisible() -> list[Token]:
    """Two people whose names look the same are two people."""
    return [
        Token(
            f"email-{kind}-{character:04x}",
            RULE,
            f"a {kind.replace('-', ' ')} character",
            token(payload=person(email=f"us{chr(character)}er@example.com")),
            "INVALID_CLAIM",
        )
        for kind, characters in (("white-space", WHITE_SPACE), ("format", FORMAT))
        for character in characters
    ]
