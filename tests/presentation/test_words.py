"""How Dutch numbers, amounts and dates are written; held against Babel's own rules for Dutch."""

from __future__ import annotations

import ast
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from attrs import evolve
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from hypothesis import given
from hypothesis import strategies as st

from mpj.presentation import words
from mpj.protocol import MPJ_16
from mpj.protocol.rounding import round_half_up
from mpj.reading.fields import parse_percentage

ROOT = Path(words.__file__).parents[1]
whole = st.integers(-(10**12), 10**12)


@given(whole)
def test_numbers_and_euros_are_those_of_babel(value: int) -> None:
    assert words.number(value) == format_decimal(value, locale="nl_NL")
    assert words.euros(value) == format_currency(Decimal(value).scaleb(-2), "EUR", locale="nl_NL").replace("\xa0", " ")


@given(st.dates())
def test_dates_are_those_of_babel(value: date) -> None:
    assert words.day(value) == format_date(value, "d MMMM y", locale="nl_NL")


@given(st.fractions(max_denominator=1000), st.integers(0, 4))
def test_a_number_is_never_further_off_than_half_its_last_place(value: Fraction, decimals: int) -> None:
    shown = Fraction(words.number(value, decimals).replace(".", "").replace(",", "."))
    assert abs(shown - value) <= Fraction(1, 2 * 10**decimals)


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (words.euros(123456), "€ 1.234,56"),
        (words.euros(-5), "€ -0,05"),
        (words.euros(315, signed=True), "€ +3,15"),
        (words.euros(0, signed=True), "€ 0,00"),
        (words.euros(Fraction(-1, 3)), "€ 0,00"),
        (words.amount(2455), "24,55"),
        (words.number(Fraction(5, 1000), 2), "0,01"),
        (words.number(Fraction(-1, 2)), "-1"),
        (words.percent(Fraction(-1, 3)), "-0,33%"),
        (words.percent(Fraction(342, 100), signed=True), "+3,42%"),
        (words.counted(1, "regel"), "1 regel"),
        (words.counted(1000, "perceel"), "1.000 percelen"),
        (MPJ_16.normtijden["hele_dag"].woord(1), "hele dag"),
        (evolve(MPJ_16.normtijden["uur"], naam="blok_van_30", enkelvoud="", meervoud="").woord(2), "blok van 30"),
        (words.short_day(date(2027, 1, 5)), "05-01-2027"),
        (words.listed(["a", "b", "c"], "zie daar", 2), "a, b en nog 1 (zie daar)"),
    ],
)
def test_one_form_of_each(shown: str, text: str) -> None:
    assert shown == text


def test_every_normtijd_has_a_word() -> None:
    assert all(normtijd.enkelvoud and normtijd.meervoud for normtijd in MPJ_16.normtijden.values())


def test_percentages_are_exact_and_halves_go_away_from_zero() -> None:
    assert parse_percentage("3,42") == parse_percentage("3.42 %") == Fraction(342, 100)
    assert round_half_up(Fraction(-1, 2)) == -1


@pytest.mark.slow
def test_every_noun_that_is_counted_has_its_plural() -> None:
    """One that has none fails at the first two of it: `mpj ledger check` did, with two declarations."""
    nouns = set()
    for path in ROOT.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "words.counted":
                given = call.args[1]
                each = [given.body, given.orelse] if isinstance(given, ast.IfExp) else [given]
                nouns |= {one.value for one in each if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    assert len(nouns) > 10
    for noun in nouns:
        assert words.counted(2, noun).startswith("2 "), noun
