"""Commands that are one check, which passes or fails."""

from __future__ import annotations

from ..suite import Outcome


class OneCheck:
    """Passed if the command exits with status 0; otherwise the last line of its output says why not."""

    def __init__(self) -> None:
        self.last_line = ""

    def line(self, text: str) -> str | None:
        self.last_line = text.strip() or self.last_line
        return text

    def finish(self, exit_status: int) -> Outcome:
        if exit_status == 0:
            return Outcome(passed=1)
        return Outcome(failed=1, failures=[self.last_line or f"exit status {exit_status}"])


class Silent(OneCheck):
    """Passed if the command exits with status 0 and prints nothing, as `gofmt -l` does."""

    def finish(self, exit_status: int) -> Outcome:
        return super().finish(exit_status or int(bool(self.last_line)))
