"""Commands that are one check: they hold, or they do not."""

from __future__ import annotations

from ..suite import Outcome


class OneCheck:
    """Passed where the command ends with status 0; its last words tell why it did not."""

    def __init__(self) -> None:
        self.last_words = ""

    def line(self, text: str) -> str | None:
        self.last_words = text.strip() or self.last_words
        return text

    def finish(self, exit_status: int) -> Outcome:
        if exit_status == 0:
            return Outcome(passed=1)
        return Outcome(failed=1, failures=[self.last_words or f"ended with status {exit_status}"])


class Silent(OneCheck):
    """Passed where the command ends with status 0 and says nothing, as `gofmt -l` does."""

    def finish(self, exit_status: int) -> Outcome:
        return super().finish(exit_status or int(bool(self.last_words)))
