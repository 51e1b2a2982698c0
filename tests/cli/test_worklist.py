"""`mpj worklist`, read back with another library than the one that writes it."""

from __future__ import annotations

import csv
import io
import json
from contextlib import redirect_stdout
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


def test_names_and_ages(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gemeente by its name, and how many days the care lay behind when the run was dated: the same bytes on every day."""
    (tmp_path / "namen.csv").write_text("soort;code;naam;regio;rekening\ngemeente;0384;Diemen;;\n", "utf-8")
    (tmp_path / "mpj.toml").write_text('contracten = "c"\ntoewijzingen = "t"\nuit = "u"\nnamen = "namen.csv"\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    for name, formaat in (("lijst.csv", "csv"), ("lijst.xlsx", "xlsx")):
        assert cli.run(["worklist", "--van", str(run), "--out", name, "--formaat", formaat]) == 0
    with Path("lijst.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["bron"]: row for row in csv.DictReader(stream, delimiter=";")}
    assert (rows["meer"]["gemeente"], rows["meer"]["gemeente_naam"], rows["meer"]["dagen"]) == ("0384", "Diemen", "17")
    assert openpyxl.load_workbook("lijst.xlsx")["overleg"]["A2"].value == "0384 Diemen"


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


def test_as_one_table_for_a_program(run: Path, tmp_path: Path) -> None:
    """The same rows in the same order as CSV and JSON: cents, guarded texts in the CSV alone, no BSN in either."""
    call = ["worklist", "--van", str(run), "--out"]
    assert cli.run([*call, str(tmp_path / "lijst.csv"), "--formaat", "csv"]) == 0
    assert cli.run([*call, str(tmp_path / "lijst.json"), "--formaat", "json"]) == 0
    with (tmp_path / "lijst.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    told = json.loads((tmp_path / "lijst.json").read_text("utf-8"))
    assert (told["formaat"], told["titel"]) == (1, "Werklijst 2026-03")
    assert [row["vervolg"] for row in rows] == ["herstel", "overleg", "wacht", "definitief"]
    assert [{name: None if text == "" else text for name, text in row.items()} for row in rows if row["bron"] != "'=1+1"] == [
        {name: None if value is None else str(value) for name, value in row.items()}
        for row in told["rijen"]
        if row["bron"] != "=1+1"
    ]
    (waiting,) = [row for row in told["rijen"] if row["vervolg"] == "wacht"]
    assert (waiting["bron"], waiting["geschat_cent"], waiting["minuten"]) == ("=1+1", 9820, 60)
    written = (tmp_path / "lijst.csv").read_text("utf-8") + json.dumps(told)
    assert "'=1+1" in written and BSN not in written and BSN_2 not in written
    assert cli.run([*call, str(tmp_path / "lijst.xlsx"), "--formaat", "json"]) == 2, "the name says another form"


def test_declare_names_the_work_list_as_the_next_step(run: Path, tmp_path: Path) -> None:
    from mpj.explanation import summary
    from mpj.output import read_run
    from mpj.presentation import terminal

    shown = io.StringIO()
    with redirect_stdout(shown):
        terminal.show(summary.report(read_run(run).samenvatting, Path("maart")))
    assert "mpj worklist --van maart --out werklijst.xlsx" in shown.getvalue()


def test_another_form_is_refused(run: Path, tmp_path: Path) -> None:
    assert cli.run(["worklist", "--van", str(run), "--out", str(tmp_path / "lijst.csv")]) == 2
