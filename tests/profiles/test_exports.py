"""What systems export, with the profile of each: the lines of the same month in our own form, by every executor."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.helpers import Outcome, mpj, read_csv

EXPORTS = Path(__file__).parents[1] / "data" / "exports"
"""Exports of one month with their profiles, that month in our own form, its contract and toewijzingen."""


def declare(out: Path, registraties: str, *more: str) -> Outcome:
    """Declare an export of registraties."""
    given = ["--contracten", str(EXPORTS / "contract"), "--toewijzingen", str(EXPORTS / "toewijzingen.csv")]
    days = ["--periode", "2026-03", "--dagtekening", "2026-04-07"]
    return mpj("declare", *given, "--registraties", str(EXPORTS / registraties), *days, "--out", str(out), *more)


def lines(out: Path) -> list[dict[str, str]]:
    """The lines of a run, without the numbers that follow from the ids of the registraties."""
    own = ("referentienummer", "declaratienummer")
    return [{name: text for name, text in row.items() if name not in own} for row in read_csv(out / "declaratieregels.csv")]


@pytest.mark.parametrize("executor", ["python", "columnar"])
@pytest.mark.parametrize("export", ["export-a.csv", "export-b.csv", "export-c.xlsx"])
def test_an_export_with_its_profile_gives_the_lines_of_the_month(tmp_path: Path, export: str, executor: str) -> None:
    assert declare(tmp_path / "own", "maand.csv").code == 0
    profiel = Path(export).with_suffix(".toml").name
    done = declare(tmp_path / "export", export, "--profiel", str(EXPORTS / profiel), "--executor", executor)
    assert done.code == 0, done.err
    assert lines(tmp_path / "export") == lines(tmp_path / "own")
    assert "volgens het profiel" in done.err
    summary = json.loads((tmp_path / "export" / "samenvatting.json").read_text("utf-8"))
    assert [one["bestand"] for one in summary["invoer"] if one["soort"] == "profiel"] == [profiel]


@pytest.mark.parametrize("export", ["export-a.csv", "export-b.csv", "export-c.xlsx"])
def test_all_executors_give_the_same_bytes(tmp_path: Path, export: str) -> None:
    for executor in ("python", "columnar"):
        profiel = (EXPORTS / export).with_suffix(".toml")
        assert declare(tmp_path / executor, export, "--profiel", str(profiel), "--executor", executor).code == 0
    files = [{path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("python", "columnar")]
    assert files[0] == files[1]
