"""One report in every form: what it says is the same, nothing is lost, nothing runs, and it fits."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpj.presentation import csv, html, terminal, xlsx
from mpj.presentation.pictures import stacked
from mpj.presentation.report import Bar, Bars, Cell, Column, Form, Report, Table, Waterfall, WaterfallStep
from mpj.reading.faults import InputError

pytestmark = pytest.mark.lowest

openpyxl = pytest.importorskip("openpyxl")

COLUMNS = (
    Column("gemeente", "code", "gemeente"),
    Column("niveau", "code", "niveau", {"": "zonder"}),
    Column("vanaf", "date", "begindatum"),
    Column("volume", "units", "volume"),
    Column("bedrag", "cent", "bedrag_cent"),
    Column("verschil", "cent", "verschil_cent", signed=True),
    Column("%", "percent", "procent", signed=True),
    Column("uitleg"),
)
ROWS = (
    ("0384", "", date(2026, 3, 1), Fraction(3), 123456, -5112, Fraction(346, 100), "=1+1"),
    ("0363", "hbo", date(2026, 4, 1), Fraction(5, 2), 100, 315, None, "<b>&'"),
)
TOTAL = ("totaal", None, None, Fraction(11, 2), 123556, -4797, Fraction(-1), "")
TABLE = Table("Per gemeente: [alles]", COLUMNS, ROWS, TOTAL, note="Wat erbij hoort.")
FIGURES = (
    Waterfall(
        "Van oud naar nieuw",
        (WaterfallStep("Oud", 19180, True), WaterfallStep("Prijs", -1680), WaterfallStep("Nieuw", 17500, True)),
    ),
    Bars("Waaruit", ("loon", "huur"), (Bar("hbo", (Fraction(1000), Fraction(50)), "€ 10,50", Fraction(1100)),), "contract"),
)
REPORT = Report("Een <verslag>", (("periode", "2026-03"),), ("Een zin.", TABLE, *FIGURES), "mpj")


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str]) -> Callable[[Report], str]:
    def show(report: Report) -> str:
        terminal.show(report)
        return capsys.readouterr().out

    return show


def test_on_a_terminal(shown: Callable[[Report], str]) -> None:
    lines = shown(REPORT).splitlines()
    assert lines[:2] == ["Een <verslag>", "  periode  2026-03"]
    assert lines[lines.index("Wat erbij hoort.") + 1 : lines.index("Van oud naar nieuw") - 1] == [
        "gemeente  niveau  vanaf       volume  bedrag €  verschil €       %  uitleg",
        "0384      zonder  01-03-2026       3  1.234,56      -51,12  +3,46%  =1+1",
        "0363      hbo     01-04-2026    2,50      1,00       +3,15       –  <b>&'",
        "totaal                          5,50  1.235,56      -47,97  -1,00%",
    ]
    assert "Prijs    -16,80" in lines


def test_spare_columns_give_way_and_bands_stand_above_their_rows(shown: Callable[[Report], str]) -> None:
    columns = Column("soort"), Column("uitleg"), Column("ruim", "code", spare=True), Column("aantal", "count")
    rows = [("a", "kort " * 20, "x" * 70, 1), ("a", "kort", "", 20), ("b", "kort", "", 3000)]
    lines = shown(Report("", (), (Table("", columns, rows, banded=True),))).splitlines()
    assert [line for line in lines if line in ("a", "b")] == ["a", "b"]
    assert "ruim" not in lines[0]
    assert lines[-1].endswith("3.000")


def test_a_page_of_paper_keeps_a_band_together_and_soft_figures_small() -> None:
    """Each band is a body that does not break, and what is soft is small beside the figures around it, in print too."""
    rows = [("a", 1), ("a", 2), ("b", 3)]
    text = html.page(Report("", (), (Table("", (Column("soort"), Column("aantal", "count")), rows, banded=True),)))
    assert text.count('<tbody class="group"><tr class="band">') == 2
    assert "tbody.group{break-inside:avoid}" in text
    assert "td.soft{font-size:.85em}" in text
    assert not re.search(r"td[^{}]*\{[^}]*[0-9]rem", text)


def test_the_sums_of_all_bands_are_a_row_and_no_band() -> None:
    page = html.page(Report("R", (), (Table("", COLUMNS, ROWS, TOTAL, banded=True),)))
    assert page.count('<tr class="band">') == 2 and re.search("<tr class=tot><td[^>]*>totaal</td>", page)


def test_a_waterfall_begins_at_zero() -> None:
    """Two percent less looks like two percent less."""
    steps = WaterfallStep("Oud", 100_00, True), WaterfallStep("Prijs", -2_00), WaterfallStep("Nieuw", 98_00, True)
    text = html.page(Report("", (), (Waterfall("Van oud naar nieuw", steps),)))
    old, _, new = (float(height) for height in re.findall(r'<rect [^>]*height="([0-9.]+)"', text))
    assert 0.97 < new / old < 0.99


def test_an_amount_beside_a_bar_is_in_the_picture() -> None:
    """It was cut at the edge: EUR 242.300,00 read as 242."""
    text = "€ 1.213.120,60 over van € 1.242.300,00"
    picture = stacked(Bars("Budget", ("over",), (Bar("VB-2026 0363 Amsterdam", (Fraction(1),), text, Fraction(1)),), "budget"))
    x, width = (float(re.findall(form, picture)[-1]) for form in (r'<text x="([\d.]+)"', r'viewBox="0 0 (\d+)'))
    assert x + 7.7 * len(text) <= width
    (begin,) = re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="[\d.]+" height="26"', picture)
    assert 10 + 7.7 * len("VB-2026 0363 Amsterdam") <= float(begin), "nor does a name stand in its bar"


def test_too_many_columns_stand_below_each_other(shown: Callable[[Report], str]) -> None:
    columns = (Column("code", "code"), *(Column(f"kolom{number}", "cent") for number in range(12)))
    text = shown(Report("", (), (Table("", columns, [("A", *range(12))]),)))
    assert all(f"kolom{number} €" in text for number in range(12))
    assert text.count("code") == text.count("\nA ") > 1


forms: list[Form] = ["text", "code", "date", "count", "units", "cent", "percent"]


@given(st.data())
def test_every_table_fits_80_columns_and_loses_nothing(data: st.DataObject) -> None:
    """As far as no single word is wider; what breaks, breaks between words."""
    kinds = data.draw(st.lists(st.sampled_from(forms), min_size=1, max_size=14))
    texts = st.text("abc <é", max_size=60).map(lambda text: re.sub(r"(\S{10})\S+", r"\1", text))
    short = st.text("ABC1", max_size=6)
    numbers = st.integers(-(10**7), 10**7)
    values: dict[Form, st.SearchStrategy[Any]] = {"text": texts, "code": short, "date": st.dates()}
    rows = data.draw(st.lists(st.tuples(*(values.get(kind, numbers) for kind in kinds)), max_size=4))
    columns = tuple(Column(f"k{place}", kind) for place, kind in enumerate(kinds))
    table = Table("", columns, rows)
    lines = [str(line) for line in terminal._blocks(Report("", (), (table,)), 80)]
    if sum(kind in ("text", "code", "date") for kind in kinds) <= 5:
        assert all(len(line) <= 80 for line in lines)
    shown = "".join("".join(lines).split())
    for row in rows:
        for column, value in zip(columns, row, strict=True):
            assert all(word in shown for word in column.shown(value).split())


def test_as_csv_for_machines() -> None:
    assert csv.text(TABLE).splitlines() == [
        "gemeente;niveau;begindatum;volume;bedrag_cent;verschil_cent;procent",
        "0384;;2026-03-01;3;123456;-5112;3,46",
        "0363;hbo;2026-04-01;2,50;100;315;",
    ]


def test_as_a_page() -> None:
    text = html.page(REPORT)
    assert "Een &lt;verslag&gt;" in text and "<verslag>" not in text
    for part in (
        "&lt;b&gt;&amp;",
        "1.234,56",
        "+3,46%",
        "<tr class=tot>",
        "€ -16,80",
        "€ 10,50",
        "Wat erbij hoort.",
        "mpj</footer>",
    ):
        assert part in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")


def test_as_a_workbook(tmp_path: Path) -> None:
    xlsx.write(tmp_path / "a.xlsx", REPORT)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["Overzicht", "Per gemeente   alles", "Van oud naar nieuw"]
    sheet = book["Per gemeente   alles"]
    assert [cell.value for cell in sheet[2]][1:] == ["zonder", sheet["C2"].value, 3, 1234.56, -51.12, 0.0346, "'=1+1"]
    assert sheet["C2"].value.date() == date(2026, 3, 1)
    assert sheet["H2"].data_type == "s"
    assert sheet["E4"].value == "=SUBTOTAL(109,E2:E3)"
    assert ("€" in sheet["E2"].number_format, sheet["G2"].number_format) == (True, "+0.00%;-0.00%;0.00%")
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:H3")
    assert (sheet.print_title_rows, sheet.page_setup.orientation, sheet.sheet_properties.pageSetUpPr.fitToPage) == (
        "$1:$1",
        "landscape",
        True,
    )
    values = openpyxl.load_workbook(tmp_path / "a.xlsx", data_only=True)["Per gemeente   alles"]
    assert (values["E4"].value, values["D4"].value, values["G4"].value) == (1235.56, 5.5, -0.01)


def test_the_first_sheet_has_numbers_and_what_the_page_says(tmp_path: Path) -> None:
    """Counts and amounts are numbers, to add up; codes stay as they are written; a note stands with its table's name."""
    facts = (("regels", "1.115"), ("bedrag", "€ -51,12"), ("gemeente", "0384"), ("aanbieder", "65656055"), ("jaar", "2026"))
    xlsx.write(tmp_path / "a.xlsx", Report("Verslag", (*facts, ("leeg", "")), ("Een zin.", TABLE)))
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["Overzicht"]
    assert [tuple(cell.value for cell in row) for row in sheet.iter_rows(min_row=2)] == [
        ("regels", 1115),
        ("bedrag", -51.12),
        ("gemeente", "0384"),
        ("aanbieder", "65656055"),
        ("jaar", "2026"),
        ("leeg", ""),
        ("", "Een zin."),
        ("Per gemeente: [alles]", "Wat erbij hoort."),
    ]
    assert "€" in sheet["B3"].number_format


def test_equal_reports_are_equal_workbooks(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        xlsx.write(tmp_path / name, REPORT)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_what_does_not_fit_in_a_workbook_is_refused_rather_than_cut(tmp_path: Path) -> None:
    table = Table("lang", (Column("tekst"),), [("x" * 40_000,)])
    with pytest.raises(InputError):
        xlsx.write(tmp_path / "a.xlsx", Report("", (), (table,)))


@pytest.mark.parametrize(
    ("name", "taken", "sheet"),
    [
        ("a/b:c", [], "a b c"),
        ("'x'", [], "x"),
        ("", [], "Blad"),
        ("History", [], "History (2)"),
        ("Te herstellen: mpj ledger status --herstellijst", [], "Te herstellen"),
        ("a" * 40, ["A" * 31], "a" * 27 + " (2)"),
    ],
)
def test_names_of_sheets(name: str, taken: list[str], sheet: str) -> None:
    assert xlsx.sheet_name(name, taken) == sheet


def test_a_field_may_be_of_another_form(shown: Callable[[Report], str]) -> None:
    table = Table("", (Column("wat"), Column("hoeveel", "cent")), [("prijs", 2455), ("wijziging", Cell(Fraction(7, 2), "percent"))])
    assert shown(Report("", (), (table,))).splitlines() == ["wat        hoeveel €", "prijs          24,55", "wijziging      3,50%"]


def test_no_more_rows_than_asked_for() -> None:
    short = TABLE.first(1, "de rest staat elders")
    assert (len(short.rows), short.note) == (1, "Wat erbij hoort. Hier de eerste 1 van 2; de rest staat elders.")
    assert TABLE.first(2, "") is TABLE


def test_a_count_of_units_is_told_whole_to_a_machine() -> None:
    """Units times a price is an amount; two decimals of a sum would make it another one."""
    values = [Fraction(5, 2), Fraction(1, 8), Fraction(1, 3), Fraction(123_457, 64), Fraction(7)]
    table = Table("", (Column("aantal", "units", "aantal"),), [(value,) for value in values])
    assert csv.text(table).split() == ["aantal", "2,50", "0,125", "0,333333", "1929,015625", "7"]


def test_a_page_leaves_out_a_spare_column_in_which_nothing_stands() -> None:
    columns = Column("soort"), Column("norm", spare=True), Column("bron", spare=True), Column("aantal", "count")
    text = html.page(Report("", (), (Table("", columns, (("a", "", "x", None), ("b", None, "", None))),)))
    assert [name in text for name in (">norm<", ">bron<", ">aantal<")] == [False, True, True]
    total = html.page(Report("", (), (Table("", columns, (("a", "", "", 1),), ("samen", "y", "", 1)),)))
    assert ">norm<" in total and ">bron<" not in total


def test_a_row_to_be_filled_in_by_hand_has_room() -> None:
    """A place to sign on paper: no row with anything in it, be it one field, is drawn so."""
    columns = Column("naam"), Column("handtekening")
    empty, filled = (html.page(Report("", (), (Table("", columns, (row,)),))) for row in (("", ""), ("", "x")))
    assert "<tr class=room>" in empty and "<tr class=room>" not in filled
