"""The examples of docs/tariffs.md show what the page says."""

from __future__ import annotations

from pathlib import Path

import pytest
from docs.examples import ROOT, Page, matches

from mpj import cli
from mpj.contract.warnings import CHECKS
from mpj.workbench.diff.comparison import SOORTEN
from mpj.workbench.reprice.values import WEIGERINGEN

TEXT = (ROOT / "docs" / "tariffs.md").read_text("utf-8")


def test_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cli.COMMANDS, "tariffs", ("mpj.cli.tariffs", "Werk aan tariefmatrices."))
    for variable in ("FORCE_COLOR", "COLUMNS", "NO_COLOR", "TERM"):
        monkeypatch.delenv(variable, raising=False)
    for outcome in Page(TEXT, tmp_path).run():
        if not matches(outcome.expected, outcome.shown):
            pytest.fail(f"line {outcome.line}\nthe page says\n{outcome.expected}\nbut it shows\n{outcome.shown}")


@pytest.mark.parametrize("word", [*CHECKS, *SOORTEN, *WEIGERINGEN])
def test_every_word_is_told(word: str) -> None:
    assert f"`{word}`" in TEXT
