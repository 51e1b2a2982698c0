"""The matrix as people read it, in every form."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from html.parser import HTMLParser

from mpj.presentation import html
from mpj.tariefkaart import compile_tariefkaart
from mpj.workbench.show.overview import LEEG, PRIJS, UITGESLOTEN, overview
from mpj.workbench.show.report import fields, report, sheets
from workbench.support import csv_rows, make

MATRIX = """
A 2.1 hbo  2026-01-01 2026-12-31 24,55
A 2.1 hbo  2027-01-01 ..         25,40
A 2.1 ams  2026-01-01 ..         uitgesloten
A 1.2 mbo  2026-01-01 ..         18,00
B 8.2 -    2026-01-01 ..         1268,90
B 8.2 wo   2026-01-01 ..         32,70
"""


def test_one_row_per_stretch_of_time_levels_across() -> None:
    blad = overview(make(MATRIX, "AB")).bladen[0]
    assert blad.kolommen == ("mbo", "hbo", "ams")
    assert [(rij.prestatiecode, rij.begindatum, rij.einddatum) for rij in blad.rijen] == [
        ("1.2", date(2026, 1, 1), date(2027, 12, 31)),
        ("2.1", date(2026, 1, 1), date(2026, 12, 31)),
        ("2.1", date(2027, 1, 1), date(2027, 12, 31)),
    ]
    later = blad.rijen[2].vakken
    assert (later["hbo"].tarief_cent, later["hbo"].uur_cent, later["hbo"].sprong) == (2540, 10160, Fraction(8500, 2455))
    assert [later[kolom].soort for kolom in blad.kolommen] == [LEEG, PRIJS, UITGESLOTEN]


def test_only_one_date() -> None:
    rows = overview(make(MATRIX, "AB"), op=date(2027, 5, 1)).bladen[0].rijen
    assert [(rij.prestatiecode, rij.begindatum) for rij in rows] == [("1.2", date(2026, 1, 1)), ("2.1", date(2027, 1, 1))]


def test_csv_in_cents_with_the_hour_price() -> None:
    rows = csv_rows(fields(overview(make(MATRIX, "AB"))))
    code = ("A", "2.1", "Behandeling basis (al dan niet GGZ)")
    assert (*code, "hbo", "2026-01-01", "2026-12-31", "prijs", "kwartier", "2455", "9820") in rows
    assert (*code, "ams", "2026-01-01", "2026-12-31", "uitgesloten", "kwartier", "", "") in rows
    stay = [row for row in rows if row[1] == "8.2"]
    assert [row[3:] for row in stay] == [
        ("", "2026-01-01", "2027-12-31", "prijs", "etmaal", "126890", ""),
        ("wo", "2026-01-01", "2027-12-31", "prijs", "kwartier", "3270", "13080"),
    ]


def test_sheets_hold_exact_euros() -> None:
    table = sheets(overview(make(MATRIX, "AB"))).tables[1]
    assert [column.label for column in table.columns[-3:]] == ["Zonder niveau", "wo", "wo per uur"]
    assert table.rows[0][-3:] == (126890, 3270, 13080)


class Outside(HTMLParser):
    """Collects whatever a page would fetch, and the tags left open."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [f"{tag} {name}" for name, _ in attrs if name in ("src", "href")]
        if tag not in ("meta", "br", "rect", "line"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            assert self.open.pop() == tag


def test_the_page_stands_alone_and_escapes() -> None:
    contract = make(MATRIX, "AB", contract={"id": "<b>&VB"})
    text = html.page(report(overview(contract)))
    outside = Outside()
    outside.feed(text)
    assert outside.fetched == []
    assert not outside.open
    assert "<b>&VB" not in text
    assert "&lt;b&gt;&amp;VB" in text
    assert compile_tariefkaart(contract).hash in text
    assert "1.268,90" in text
    assert "+3,46%" in text
