"""Workbooks and Parquet as tables: the same records as the CSV of the same rows, and what they hide is told or refused."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from time import sleep
from typing import Any

import duckdb
import pytest
from cli.helpers import ANNA, write

from mpj import Fault, InputError, Registratie, read_registraties, read_toewijzingen, read_verblijf
from mpj.reading import limits, workbooks
from mpj.reading.sheets import _errors_in_xlsb as errors_in_xlsb
from mpj.reading.sheets import text

openpyxl = pytest.importorskip("openpyxl")
DATA = Path(__file__).parents[1] / "data" / "workbooks"
HEADER = ("Id", "BSN", "Datum", "begin tijd", "Eindtijd", "Minuten")
ROWS: list[tuple[Any, ...]] = [
    ("R1", ANNA, date(2026, 3, 2), time(9, 0), time(9, 45), 45),
    ("R2", ANNA, date(2026, 3, 3), time(23, 30), time(0, 15), 45.0),
]
CSV = f"id;bsn;datum;begintijd;eindtijd;minuten\nR1;{ANNA};2026-03-02;09:00;09:45;45\nR2;{ANNA};2026-03-03;23:30;00:15;45\n"


def moment(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


def xlsx(path: Path, *sheets: tuple[str, Sequence[Sequence[Any]]], errors: Sequence[tuple[int, int]] = (), at: int = 0) -> Path:
    """A workbook with these sheets, their tables `at` rows and columns from the corner; `errors` are cells of the first."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for number, row in enumerate(rows, 1 + at):
            for place, value in enumerate(row, 1 + at):
                sheet.cell(number, place, value)
    for number, place in errors:
        cell = book.worksheets[0].cell(number, place, "#N/A")
        cell.data_type = "e"
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def ods(path: Path, cells: str) -> Path:
    names = "urn:oasis:names:tc:opendocument:xmlns:{0}:1.0"
    spaces = " ".join(f'xmlns:{one}="{names.format(one)}"' for one in ("office", "table", "text"))
    spaces += ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc"'
    sheet = f'<table:table table:name="A">{cells}</table:table>'
    body = f"<office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body>"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("content.xml", f'<?xml version="1.0"?><office:document-content {spaces}>{body}</office:document-content>')
        manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"></manifest:manifest>'
        archive.writestr("META-INF/manifest.xml", manifest)
    return path


def ods_cell(value: Any) -> str:
    if isinstance(value, date):
        return f'<table:table-cell office:value-type="date" office:date-value="{value}"/>'
    if isinstance(value, time):
        return f'<table:table-cell office:value-type="time" office:time-value="PT{value:%H}H{value:%M}M00S"/>'
    if isinstance(value, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
    if value == "#N/A":
        return '<table:table-cell office:value-type="string" calcext:value-type="error"><text:p>#N/A</text:p></table:table-cell>'
    return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'


def ods_rows(rows: Sequence[Sequence[Any]]) -> str:
    return "".join(f"<table:table-row>{''.join(map(ods_cell, row))}</table:table-row>" for row in rows)


def parquet(path: Path) -> Path:
    columns = ", ".join(
        f"{sql} AS {name}"
        for sql, name in zip(
            ("a", "b", "c::DATE", "d::TIME", "e::TIME", "f"),
            ("id", "bsn", "datum", "begintijd", "eindtijd", "minuten"),
            strict=True,
        )
    )
    values = ", ".join(f"('{a}', '{b}', '{c}', '{d}', '{e}', {f}::DOUBLE)" for a, b, c, d, e, f in ROWS)
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT {columns} FROM (VALUES {values}) AS t(a, b, c, d, e, f)) TO '{path}'")
    return path


def records(path: Path, report: Callable[[Fault], None] | None = None) -> list[tuple[Any, ...]]:
    """What the registraties in a file say, without where they stand."""
    found = list(read_registraties([path], report=report))
    assert all(isinstance(record, Registratie) for record in found), found
    return [(r.id, r.bsn, r.datum, r.begintijd, r.eindtijd, r.minuten, r.rij) for r in found if isinstance(r, Registratie)]


def refused(path: Path) -> Fault:
    with pytest.raises(InputError) as caught:
        list(read_registraties([path]))
    (fault,) = caught.value.faults
    return fault


# --- What is read -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["xlsx", "xls", "xlsb", "ods", "parquet", "zip"])
def test_every_form_gives_the_records_of_the_csv(tmp_path: Path, kind: str) -> None:
    plain = records(write(tmp_path / "plain.csv", CSV))
    path = tmp_path / f"x.{kind}"
    if kind in ("xls", "xlsb"):
        path = DATA / f"export.{kind}"
    elif kind == "ods":
        # The library that reads it shows times as durations; here they are texts.
        ods(path, ods_rows([HEADER, *[tuple(f"{c:%H:%M}" if isinstance(c, time) else c for c in row) for row in ROWS]]))
    elif kind == "parquet":
        parquet(path)
    else:
        made = xlsx(tmp_path / "x.xlsx", ("Export", [HEADER, *ROWS]))
        if kind == "zip":
            with zipfile.ZipFile(path, "w") as archive:
                archive.write(made, "x.xlsx")
                archive.write(parquet(tmp_path / "p.parquet"), "y.parquet")
            plain *= 2
    told: list[Fault] = []
    assert records(path, told.append) == plain
    assert told == []


def test_an_export_of_numbers_is_read_and_said_so() -> None:
    """The last BSN lost its zeros, and is none."""
    told: list[Fault] = []
    found = list(read_registraties([DATA / "export-c.xlsx"], report=told.append))
    assert [(one.id, isinstance(one, Registratie)) for one in found] == [(str(n), n != 8) for n in range(1, 9)]
    assert [fault.code for fault in told] == ["blad_gekozen", "getal_als_tekst"]
    assert "blad Export; niet gelezen: Toelichting" in told[0].toelichting
    assert "in id, bsn:" in told[1].toelichting


def test_a_table_may_stand_anywhere_on_the_sheet(tmp_path: Path) -> None:
    told: list[Fault] = []
    rows = [("Export van maart",), (), HEADER, *ROWS[:1], (), *ROWS[1:]]
    found = records(xlsx(tmp_path / "x.xlsx", ("A", rows), at=2), told.append)
    assert [(row[0], row[-1]) for row in found] == [("R1", 6), ("R2", 8)]
    assert [(fault.code, fault.rij) for fault in told] == [("rijen_boven_kop", 5)]


def test_the_other_tables_come_from_workbooks_too(tmp_path: Path) -> None:
    stays = xlsx(tmp_path / "v.xlsx", ("A", [("id", "bsn", "begindatum"), ("V1", ANNA, moment(2026, 3, 1))]))
    granted = [
        ("toewijzingnummer", "bsn", "gemeente", "aanbieder", "begindatum", "prestatiecode"),
        (1, ANNA, "0384", "65656055", date(2026, 1, 1), "2.1"),
    ]
    (stay,), (one,) = list(read_verblijf([stays])), list(read_toewijzingen([xlsx(tmp_path / "t.xlsx", ("A", granted))]))
    assert (getattr(stay, "begindatum", None), getattr(one, "toewijzingnummer", None)) == (date(2026, 3, 1), 1)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (12345.0, "12345"),
        (45.5, "45.5"),
        (True, "ja"),
        (moment(2026, 3, 2), "2026-03-02"),
        (moment(2026, 3, 2, 14, 29, 59, 999_999), "2026-03-02 14:30:00"),
        (time(8, 59, 59, 999_800), "09:00"),
        (time(9, 0, 30), "09:00:30"),
        (moment(2026, 3, 2) - moment(2026, 3, 1, 22, 30), "1:30"),
        ("0384", "0384"),
    ],
)
def test_a_cell_is_the_text_of_a_csv(value: object, shown: str) -> None:
    assert text(value) == shown


# --- What is refused --------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_error_cell_is_a_fault_and_never_a_blank(tmp_path: Path) -> None:
    for place, kolom in ((2, "bsn"), (6, "minuten")):
        fault = refused(xlsx(tmp_path / "x.xlsx", ("A", [HEADER, *ROWS]), errors=[(3, place)]))
        assert (fault.code, fault.rij, fault.kolom) == ("foutwaarde", 3, kolom)
    wide = [(*HEADER, "opmerking"), *((*row, "") for row in ROWS)]
    assert len(records(xlsx(tmp_path / "x.xlsx", ("A", wide), errors=[(3, 7)]))) == 2
    assert refused(DATA / "error.xls").code == "foutwaarde"
    assert refused(ods(tmp_path / "x.ods", ods_rows([HEADER, ("R1", "#N/A", *ROWS[0][2:])]))).code == "foutwaarde"
    fault = refused(ods(tmp_path / "x.ods", ods_rows([HEADER, ("R1", "#N/A", *ROWS[0][2:])])))
    assert (fault.rij, fault.kolom) == (2, "bsn")
    row, error = bytes([0, 4]) + (7).to_bytes(4, "little"), bytes([3, 9]) + (2).to_bytes(4, "little") + bytes(4) + b"\x2a"
    assert list(errors_in_xlsb(bytes([0x81, 0x01, 0]) + row + error)) == [(7, 2)]


def test_an_error_cell_of_an_ods_has_its_place(tmp_path: Path) -> None:
    """Rows and cells that stand for several, a cell that another covers, `>` in a formula, another sheet; others do not count."""
    error = ods_cell("#N/A")
    empty = (
        '<table:table-row table:number-rows-repeated="3"><table:table-cell table:number-columns-repeated="6"/></table:table-row>'
    )
    two = '<table:covered-table-cell table:number-columns-repeated="2"/>'
    formula = '<table:table-cell table:formula="of:=[.A1]>0" office:value-type="float" office:value="1"/>'
    row = f"<table:table-row>{ods_cell('R1')}{ods_cell('999900006')}{formula}{two}{error}</table:table-row>"
    fault = refused(ods(tmp_path / "x.ods", ods_rows([HEADER]) + empty + row))
    assert (fault.rij, fault.kolom) == (5, "minuten")
    twice = error.replace("<table:table-cell", '<table:table-cell table:number-columns-repeated="2"')
    wide = f"<table:table-row>{''.join(map(ods_cell, ('R1', '999900006')))}{twice}</table:table-row>"
    with pytest.raises(InputError) as caught:
        list(read_registraties([ods(tmp_path / "x.ods", ods_rows([HEADER]) + wide)]))
    assert [one.kolom for one in caught.value.faults] == ["datum", "begintijd"]
    other = ods_rows([(*HEADER, "opmerking"), (*ROWS[0], "#N/A")])
    assert len(records(ods(tmp_path / "x.ods", other))) == 1
    sheet = f'</table:table><table:table table:name="B">{ods_rows([("a", "#N/A")])}'
    assert len(records(ods(tmp_path / "x.ods", ods_rows([HEADER, ROWS[0]]) + sheet))) == 1


def test_a_formula_that_was_never_computed_is_a_fault(tmp_path: Path) -> None:
    """A program wrote it and none opened it since: what it comes to is not known, which is no blank."""
    fault = refused(xlsx(tmp_path / "x.xlsx", ("A", [HEADER, (*ROWS[0][:5], "=40+5")])))
    assert (fault.code, fault.rij, fault.kolom) == ("foutwaarde", 2, "minuten")


def test_the_child_ends_with_its_parent(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "x.xlsx", ("A", [HEADER, *ROWS]))
    script = (
        "import sys, time; from mpj.reading.workbooks import _Child\n"
        "with open(sys.argv[1], 'rb') as file, _Child.started(file, 'x') as child:\n"
        "    child.told(); print(child.process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    for _ in range(100):
        if not Path(f"/proc/{child}").exists() or " Z " in Path(f"/proc/{child}/stat").read_text():
            return
        sleep(0.1)
    pytest.fail("the child is still there")


def test_a_number_that_lost_digits_is_a_fault(tmp_path: Path) -> None:
    rows = [HEADER, (12345678901234567, *ROWS[0][1:])]
    fault = refused(xlsx(tmp_path / "x.xlsx", ("A", rows)))
    assert (fault.code, fault.rij, fault.kolom) == ("foutwaarde", 2, "id")


def test_two_sheets_with_the_header_are_refused(tmp_path: Path) -> None:
    fault = refused(xlsx(tmp_path / "x.xlsx", ("Maart", [HEADER, *ROWS]), ("April", [HEADER])))
    assert (fault.code, fault.gevonden) == ("bladen_dubbel", "Maart, April")


def altered(source: Path, path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """The workbook with each of its parts changed."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return path


@pytest.mark.parametrize("name", ["trunc.xlsx", "emptysheet.xlsx"])
def test_a_damaged_workbook_is_one_fault(name: str) -> None:
    fault = refused(DATA / name)
    assert (fault.code, fault.bestand) == ("werkmap_onleesbaar", name)


def test_no_workbook_at_all_is_one_fault(tmp_path: Path) -> None:
    for content in (b"", b"PK\3\4", b"\xd0\xcf\x11\xe0 niets", b"id;bsn;datum\n"):
        assert refused(write(tmp_path / "x.xlsx", content)).code == "werkmap_onleesbaar"


def test_a_document_type_is_refused_wherever_it_stands(tmp_path: Path) -> None:
    source = xlsx(tmp_path / "x.xlsx", ("A", [HEADER, *ROWS]))
    for part in ("xl/worksheets/sheet1.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
        for before in (b"", b"<!-- <a> -->", b"<!--" + b"x" * 5000 + b"-->"):
            doctype = before + b"<!DOCTYPE x>"

            def change(name: str, data: bytes, part: str = part, doctype: bytes = doctype) -> bytes:
                return doctype + data if name == part else data

            path = altered(source, tmp_path / "y.xlsx", change)
            assert refused(path).code == "werkmap_onleesbaar"


def test_a_cell_far_away_takes_no_memory(tmp_path: Path) -> None:
    """A sheet is a dense box to the library: these two cells ask for gigabytes, and end the process that reads them."""
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1000000"] = "id", "x"
    book.save(tmp_path / "x.xlsx")
    assert refused(tmp_path / "x.xlsx").code == "bestand_te_groot"


def test_parts_that_grow_are_refused_before_they_are_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = xlsx(tmp_path / "x.xlsx", ("A", [HEADER, *ROWS]))
    monkeypatch.setattr(workbooks._Child, "started", None)
    grown = altered(source, tmp_path / "y.xlsx", lambda name, data: data + b" " * 6_000_000 if "sheet1" in name else data)
    fault = refused(grown)
    assert (fault.code, fault.verwacht) == ("bestand_te_groot", f"hoogstens {limits.WORKBOOK_RATIO} keer zo groot")
    monkeypatch.setattr(workbooks, "WORKBOOK_PARTS", 3)
    assert refused(source).code == "bestand_te_groot"


def test_a_number_without_end_is_a_fault(tmp_path: Path) -> None:
    source = xlsx(tmp_path / "x.xlsx", ("A", [HEADER, *ROWS]))
    path = altered(source, tmp_path / "y.xlsx", lambda name, data: data.replace(b"<v>45</v>", b"<v>1e999</v>"))
    with pytest.raises(InputError) as caught:
        list(read_registraties([path]))
    assert {fault.code for fault in caught.value.faults} == {"foutwaarde"}


def test_damage_anywhere_gives_records_or_an_input_error(tmp_path: Path) -> None:
    import random

    chance = random.Random(1)
    whole = xlsx(tmp_path / "x.xlsx", ("A", [HEADER, *ROWS])).read_bytes()
    for _ in range(15):
        data = bytearray(whole)
        for _ in range(3):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            list(read_registraties([write(tmp_path / "y.xlsx", bytes(data))]))
        except InputError as error:
            assert len(error.faults) < 10


def test_a_damaged_parquet_is_one_fault(tmp_path: Path) -> None:
    whole = parquet(tmp_path / "x.parquet").read_bytes()
    for content in (b"", b"PAR1", whole[:-20], io.BytesIO(whole).read(100)):
        assert refused(write(tmp_path / "y.parquet", content)).code == "parquet_onleesbaar"
