"""The examples of docs/verify.md are real."""

from __future__ import annotations

from pathlib import Path

import pytest
from docs.examples import ROOT, Page, matches

from mpj import cli


def test_examples_show_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("FORCE_COLOR", "COLUMNS", "NO_COLOR", "TERM"):
        monkeypatch.delenv(variable, raising=False)
    for name in ("verify", "sample"):
        monkeypatch.setitem(cli.COMMANDS, name, (f"mpj.cli.{name}", name))
    text = (ROOT / "docs" / "verify.md").read_text("utf-8")
    for outcome in Page(text, tmp_path).run():
        if not matches(outcome.expected, outcome.shown):
            pytest.fail(f"line {outcome.line}\nthe page says\n{outcome.expected}\nbut it shows\n{outcome.shown}")
