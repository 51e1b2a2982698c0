"""`mpj worklist`, read back with another library than the one that writes it."""

from __future__ import annotations

from pathlib import Path

import pytest
from world import BSN, BSN_2, contract, declare, registratie, toewijzing

from mpj import cli
from mpj.output import write_result

openpyxl = pytest.importorskip("openpyxl")
pytest.importorskip("xlsxwriter")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run with something to mend, something to talk over, something that waits and something final."""
    records = [
        registratie(id="=1+1", bsn=BSN_2, medewerker="Jansen/1"),
        registratie(id="0012", kwalificatieniveau=None, medewerker="M-2"),
        registratie(id=f"k-{BSN_2}", tijdsoort="reis"),
        registratie("2026-03-20", id="vol", minuten=60),
        registratie("2026-03-21", id="meer", minuten=30),
    ]
    result = declare(contract({"2.1 hbo": "24,55"}), [toewijzing(budget_cent=9820)], records)
    (tmp_path / "maart").mkdir()
    write_result(result, tmp_path / "maart")
    return tmp_path / "maart"


def test_a_sheet_per_vervolg(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "lijst.xlsx"
    assert cli.run(["worklist", "--van", str(run), "--out", str(out)]) == 0
    book = openpyxl.load_workbook(out, data_only=True)
    assert book.sheetnames == ["herstel", "overleg", "wacht", "definitief"]
    names = [cell.value for cell in book["wacht"][1]]
    row = dict(zip(names, [cell.value for cell in book["wacht"][2]], strict=True))
    assert (row["id"], row["medewerker"], row["reden"], row["geschat"]) == ("'=1+1", "Jansen/1", "geen_toewijzing", 98.2)
    assert book["herstel"]["D2"].value == "0012" and book["herstel"]["D2"].data_type == "s"
    for sheet in book:
        assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref
        assert sheet.cell(sheet.max_row, 1).value == "totaal"
    overleg = dict(zip(names, [cell.value for cell in book["overleg"][3]], strict=True))
    assert (overleg["aantal"], overleg["waarde"]) == (1, 49.1)
    texts = " ".join(str(cell.value) for sheet in book for line in sheet for cell in line)
    assert BSN not in texts and BSN_2 not in texts


@pytest.mark.parametrize(
    ("per", "names"),
    [
        ("medewerker", {"lijst-Jansen_1.xlsx", "lijst-M-2.xlsx", "lijst-zonder-medewerker.xlsx"}),
        ("gemeente", {"lijst-0384.xlsx", "lijst-zonder-gemeente.xlsx"}),
    ],
)
def test_a_file_per_value(per: str, names: set[str], run: Path, tmp_path: Path) -> None:
    call = ["worklist", "--van", str(run), "--out", str(tmp_path / "lijst.xlsx"), "--per", per]
    assert cli.run(call) == 0
    assert {path.name for path in tmp_path.glob("*.xlsx")} == names
    assert cli.run(call) == 2, "what exists is only replaced when told to"
    assert cli.run([*call, "--force"]) == 0


def test_another_form_is_refused(run: Path, tmp_path: Path) -> None:
    assert cli.run(["worklist", "--van", str(run), "--out", str(tmp_path / "lijst.csv")]) == 2
