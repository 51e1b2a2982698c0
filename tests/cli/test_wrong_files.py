"""Somebody new gives the wrong file: what the screen then says."""

from __future__ import annotations

from pathlib import Path

import pytest

import mpj as library
from cli.helpers import Month, mpj, write, write_month
from mpj.records.rows import records_of


@pytest.fixture
def month(tmp_path: Path) -> Month:
    return write_month(tmp_path)


def test_another_table_is_told_in_one_line(month: Month) -> None:
    outcome = month.declare("--registraties", month.folder / "vb" / "tarieven.csv")
    assert outcome.code == 2
    (line,) = [line for line in outcome.err.splitlines() if "tarieven.csv" in line]
    assert line == "Fout: tarieven.csv, rij 1: is dit het goede bestand? Verplichte kolommen ontbreken; verwacht: id, bsn, datum"
    told = month.declare("--registraties", month.folder / "vb" / "tarieven.csv", "--meldingen", "json").meldingen()
    assert [one["kolom"] for one in told] == ["id", "bsn", "datum"]


def test_a_table_without_rows_says_that_nothing_was_declared(month: Month) -> None:
    path = write(month.folder / "kop.csv", "id;bsn;datum;minuten\n")
    args = [str(path) if arg.endswith("registraties.csv") else arg for arg in month.args(verblijf=False)]
    assert "Er is niets gedeclareerd: in de invoer staat geen enkele registratie" in " ".join(mpj(*args).out.split())


def test_an_empty_file_is_not_recognised_as_anything(tmp_path: Path) -> None:
    out = mpj("intake", write(tmp_path / "leeg.csv", "")).out
    assert "het bestand is leeg" in out and "herkend" not in out and "Kolommen" not in out


def test_a_table_of_a_program_given_itself_is_told_how_it_goes() -> None:
    pandas = pytest.importorskip("pandas")
    row = {"id": "R1", "bsn": "999900006"}
    with pytest.raises(TypeError, match=r'a DataFrame goes as `frame.to_dict\("records"\)`'):
        list(records_of(pandas.DataFrame([row]), library.Registratie))
    with pytest.raises(TypeError, match="one mapping is one record: give a list of them"):
        list(records_of(row, library.Registratie))
