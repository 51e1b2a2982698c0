"""What hides a BSN, whoever's, in any text that people see; and what it leaves, since it is our own."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from cli.helpers import ANNA, BRAM
from hypothesis import given
from hypothesis import strategies as st

import mpj
from mpj.presentation import csv, html, words
from mpj.presentation.report import Column, Report, Table
from mpj.reading.faults import Fault
from mpj.reading.fields import is_bsn
from mpj.reading.masking import HIDDEN, hide

WIDE = "９９９９０００１８"
FORMS = [
    BRAM,
    WIDE,
    "٩٩٩٩٠٠٠١٨",
    "9999.00.018",
    "9999 00 018",
    "9999-00-018",
    "9999/00/018",
    "9999_00_018",
    "9999\u00a000\u2011018",
    "9999 - 00 - 018",
    "9999\u200b00018",
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("around", ["{}", "BSN{}", "{}-1", "map-{}.csv", "R-2 {} en 12", "van 2026-03-02 {} 31-03-2026", "'{}'"])
def test_a_bsn_in_any_form_is_hidden(form: str, around: str) -> None:
    assert hide(around.format(form)) == around.format(HIDDEN)


@pytest.mark.parametrize(
    "text",
    [
        "999900019",
        "9999000180",
        "02-03-2026 1",
        "2026-03 123",
        "2026-03-02 9",
        "1234,56",
        "0123456789ABCDEF0123",
        f"A{BRAM}BCDEF01234",
        f"G{BRAM}0A",
        f"{BRAM}abcdef0" * 4,
        "",
    ],
)
def test_what_is_no_bsn_stays(text: str) -> None:
    assert hide(text) == text


@given(st.integers(0, 10**11), st.dates(date(1950, 1, 1), date(2099, 12, 31)))
def test_what_mpj_writes_as_an_amount_or_a_date_stays(cents: int, day: date) -> None:
    for text in (words.euros(cents), words.euros(-cents), day.isoformat(), words.short_day(day), f"{day} {cents % 10}"):
        assert hide(text) == text


@given(st.text("0123456789 .-/_Rx", max_size=40))
def test_no_nine_digits_on_their_own_are_left_and_hiding_twice_is_hiding_once(text: str) -> None:
    shown = hide(text)
    assert not any(is_bsn(word) for word in shown.split())
    assert hide(shown) == shown


@given(st.integers(10**8, 10**9 - 1).map(str).filter(is_bsn))
def test_a_number_in_a_cell_is_our_own_and_a_text_is_not(bsn: str) -> None:
    columns = tuple(Column(name, form, name) for name, form in (("a", "text"), ("b", "count"), ("c", "cent")))  # type: ignore[arg-type]
    table = Table(bsn, columns, ((bsn, int(bsn), Fraction(int(bsn))),), note=bsn)
    assert csv.text(table) == f"a;b;c\n{HIDDEN};{bsn};{bsn}\n"
    page = html.page(Report(bsn, (("naam", bsn),), (bsn, table)))
    assert bsn not in page
    assert words.number(int(bsn)) in page


def test_a_fault_and_its_error_show_no_bsn() -> None:
    fault = Fault("bestand_ontbreekt", f"{BRAM}.csv", 3, "9999.00.018", WIDE, f"niet BSN{BRAM}", f"de map {BRAM} is er niet")
    error = mpj.InputError(fault)
    for text in (repr(fault), str(fault), repr(error), str(error)):
        assert hide(text) == text and WIDE not in text
    assert fault.bestand == f"{HIDDEN}.csv"


def test_the_repr_of_a_record_shows_no_bsn() -> None:
    day = date(2026, 3, 2)
    values = (
        mpj.Registratie(f"{ANNA}-1", ANNA, day, medewerker=BRAM, onderaannemer="9999.00.018"),
        mpj.Verblijf(f"V{BRAM}", ANNA, day),
        mpj.Medewerker(BRAM, "hbo", day),
        mpj.Toewijzing(int(BRAM), ANNA, "0384", "65656055", day, prestatiecodes=("2.1",)),
    )
    for value in values:
        assert hide(repr(value)) == repr(value)
