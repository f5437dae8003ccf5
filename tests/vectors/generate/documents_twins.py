"""Two entries of one kid."""

from __future__ import annotations

from entries import GOOD, modulus, odd
from mint import Raw, dump, with_members
from vector import Document

from keys import ACME, ACME_2, DROP, OTHER_TEAM, STRANGER, number


def vectors() -> list[Document]:
    return [*_twins()]


def _twins() -> list[Document]:
    """Two entries of one kid."""
    one, other = odd(), STRANGER.jwk(kid="odd")
    unusable: dict[str, object] = {
        "for-encryption": odd(use="enc"),
        "private": odd(d="AA"),
        "elliptic": {"kid": "odd", "kty": "EC"},
        "too-small": odd(n=number(modulus(1024))),
        "of-another-key": STRANGER.jwk(kid="odd", alg="PS256"),
        "duplicate-name": Raw(with_members(dump(one), '"x":1,"x":1').decode()),
    }

    def twins(
        name: str, about: str, entries: list[object], keys: list[str], left_out: list[str | None]
    ) -> Document:
        document = dump({"keys": [ACME.jwk(kid=GOOD), *entries]})
        return Document(f"twins-{name}", "key/twins", about, document, "OK", [GOOD, *keys], left_out)

    same = "the same key twice is one"
    neither = "different keys: neither is used"
    found = [
        twins("same", same, [one, one], ["odd"], []),
        twins("same-thrice", same, [one, one, one], ["odd"], []),
        twins(
            "same-with-other-members",
            same,
            [one, odd(use=DROP, alg=DROP, key_ops=["verify"], x=1)],
            ["odd"],
            [],
        ),
        twins("different", neither, [one, other], [], ["odd", "odd"]),
        twins("different-exchanged", neither, [other, one], [], ["odd", "odd"]),
        twins(
            "different-and-first-again",
            "the first again does not bring it back",
            [one, other, one],
            [],
            ["odd"] * 3,
        ),
        twins(
            "different-and-second-again",
            "the second again does not bring it back",
            [one, other, other],
            [],
            ["odd"] * 3,
        ),
        twins(
            "different-apart",
            "another key between them",
            [one, ACME_2.jwk(), other],
            [ACME_2.kid],
            ["odd", "odd"],
        ),
        twins(
            "different-and-unusable",
            "two usable and one that is not",
            [one, odd(use="enc"), other],
            [],
            ["odd"] * 3,
        ),
        twins(
            "of-good-kid",
            "another key takes a good kid with it",
            [ACME_2.jwk(), OTHER_TEAM.jwk(kid=ACME_2.kid)],
            [],
            [ACME_2.kid] * 2,
        ),
    ]
    for name, entry in unusable.items():
        found.append(
            twins(f"unusable-after-{name}", "an unusable twin does not hurt", [one, entry], ["odd"], ["odd"])
        )
        found.append(
            twins(f"unusable-before-{name}", "an unusable twin does not hurt", [entry, one], ["odd"], ["odd"])
        )
    return found
