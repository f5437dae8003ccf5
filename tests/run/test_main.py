from __future__ import annotations

import pytest

from . import __main__ as program
from .suites import ALL, QUICK


@pytest.fixture(autouse=True)
def _nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "Runner", None)


def listed(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    assert program.main(["--list", *words]) == 0
    return [line.split()[0] for line in capsys.readouterr().out.splitlines()]


def test_list_names_every_suite_as_only_takes_it(capsys: pytest.CaptureFixture[str]) -> None:
    names = listed(capsys)

    assert names == [suite.word() for suite in ALL]
    assert len(set(names)) == len(names)
    for name in names:
        assert listed(capsys, name) == [name]


def test_list_shows_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    program.main(["--list", "go/format"])

    assert "gofmt -l bindings/go" in capsys.readouterr().out


def test_suites_are_chosen_by_language_and_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert set(listed(capsys, "c", "rust/format")) == {"c/format", "c/programs", "c/install", "rust/format"}
    assert {"rust/format", "python/format", "go/format"} < set(listed(capsys, "format"))


def test_quick_suites_are_listed_and_chosen_alike(capsys: pytest.CaptureFixture[str]) -> None:
    assert listed(capsys, "--quick") == [suite.word() for suite in QUICK]
    assert listed(capsys, "--quick", "go") == ["go/format", "go/quick-tests"]


def test_name_of_no_suite_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["go", "gopher"]) == 2

    assert capsys.readouterr().err.startswith("no suite or language has this name: gopher\n")
