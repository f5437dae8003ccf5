"""SPDX licence expressions, and which of them are welcome."""

from __future__ import annotations

import re

# Licences that ask for no more than their text to go along.
PERMISSIVE = frozenset(
    {
        "0BSD",
        "Apache-2.0",
        "Apache-2.0 WITH LLVM-exception",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BSL-1.0",
        "ISC",
        "MIT",
        "MIT-0",
        "Unicode-3.0",
        "Zlib",
    }
)
# Welcome besides in what only builds or tests, since none of it goes along with the library.
FOR_TOOLS = PERMISSIVE | {"MPL-2.0", "NCSA", "PSF-2.0", "ZPL-2.1"}

TOKEN = re.compile(r"\(|\)|[^\s()]+")


def accepts(expression: str, allowed: frozenset[str]) -> bool:
    """Whether one may take what stands under `expression` on the terms of `allowed` licences alone.

    An expression that cannot be read is not accepted. `MIT/Apache-2.0`, an old form of `OR`, is.
    """
    tokens = TOKEN.findall(expression.replace("/", " OR "))
    try:
        verdict = either(tokens, allowed)
    except IndexError:
        return False
    return verdict and not tokens


def either(tokens: list[str], allowed: frozenset[str]) -> bool:
    verdict = both(tokens, allowed)
    while tokens and tokens[0] == "OR":
        tokens.pop(0)
        # Named first, so that the right side is read even where the left one settles it.
        right = both(tokens, allowed)
        verdict = verdict or right
    return verdict


def both(tokens: list[str], allowed: frozenset[str]) -> bool:
    verdict = one(tokens, allowed)
    while tokens and tokens[0] == "AND":
        tokens.pop(0)
        right = one(tokens, allowed)
        verdict = verdict and right
    return verdict


def one(tokens: list[str], allowed: frozenset[str]) -> bool:
    name = tokens.pop(0)
    if name == "(":
        verdict = either(tokens, allowed)
        return tokens.pop(0) == ")" and verdict
    if tokens and tokens[0] == "WITH":
        tokens.pop(0)
        name = f"{name} WITH {tokens.pop(0)}"
    return name in allowed
