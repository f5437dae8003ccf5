"""The part of a page in docs/ that a benchmark writes, between `<!-- NAME -->` and `<!-- /NAME -->`."""

from __future__ import annotations

from pathlib import Path


def write_between_marks(page: Path, name: str, text: str) -> None:
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->\n"
    head, mark, rest = page.read_text().partition(begin)
    _, end_mark, tail = rest.partition(end)
    if not mark or not end_mark:
        raise SystemExit(f"benches: {page} has no place for the tables")
    page.write_text(f"{head}{begin}\n{text.rstrip()}\n\n{end}{tail}")
