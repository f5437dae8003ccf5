"""The answers of several programs side by side."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence

from programs import Answers

WIDTH = 110
IDENTIFIER = re.compile(r"\b([0-9a-f]{8})[0-9a-f-]{9,}")
NO_ANSWER = ("NO ANSWER", "")


class Comparison:
    """What each language answers for each name; the first language is what the others are held against."""

    def __init__(self, names: Sequence[str], answers: Mapping[str, Answers]) -> None:
        self.names = names
        self.answers = answers
        self.first, *self.others = answers

    def answer(self, name: str, language: str) -> tuple[str, str]:
        return self.answers[language].get(name, NO_ANSWER)

    def agrees(self, name: str, language: str) -> bool:
        """Whether there is an answer, the same as the first language's."""
        return NO_ANSWER != self.answer(name, language) == self.answer(name, self.first)

    def different(self) -> list[str]:
        """The names for which not all languages have the same answer."""
        return [
            name for name in self.names if not all(self.agrees(name, language) for language in self.answers)
        ]

    def verdict(self) -> str:
        count = f"{len(self.names)} tokens, {len(self.answers)} languages"
        different = len(self.different())
        if different:
            return f"{count}, NOT the same answer for {different} of the tokens."
        return f"{count}, the same answer each time."

    def lines(self) -> list[str]:
        """The table: a row for each name, and below it the answers that are different."""
        status_width = max(len(status) for answers in self.answers.values() for status, _ in answers.values())
        left = f"{{:{max(map(len, self.names))}}}  {{:{status_width}}}  {{}}  "
        lines = [left.format("token", "status", " ".join(self.answers)) + "who or why"]
        indent = " " * (len(lines[0]) - len("who or why"))
        for name in self.names:
            status, who_or_why = self.answer(name, self.first)
            lines += wrapped(left.format(name, status, self._marks(name)), who_or_why, indent)
            for language in self.others:
                if self.answer(name, language) != self.answer(name, self.first):
                    lines += wrapped(indent, f"{language}: {' '.join(self.answer(name, language))}", indent)
        return lines

    def _marks(self, name: str) -> str:
        return " ".join(
            ("✓" if self.agrees(name, language) else "✗").center(len(language)) for language in self.answers
        )


def wrapped(begin: str, text: str, indent: str) -> list[str]:
    """Long identifiers are cut, long lines broken."""
    short = IDENTIFIER.sub(r"\1…", text)
    lines = textwrap.wrap(
        short, WIDTH, initial_indent=begin, subsequent_indent=indent, break_on_hyphens=False
    )
    return lines or [begin.rstrip()]
