"""How amounts, numbers, dates and units are written in Dutch: each in one way, wherever people read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from types import MappingProxyType

from mpj.protocol.rounding import round_half_up

NO_NAMES: Mapping[str, str] = MappingProxyType({})
"""Where nobody told the names of gemeenten and aanbieders."""
EMPTY = "–"
"""What stands where there is no value."""

_PLURALS: Mapping[str, str] = {
    "afgekeurde regel": "afgekeurde regels",
    "bericht": "berichten",
    "betaling": "betalingen",
    "cel": "cellen",
    "cliënt": "cliënten",
    "creditregel": "creditregels",
    "dag": "dagen",
    "declaratie": "declaraties",
    "eenheid": "eenheden",
    "fout": "fouten",
    "gedateerde cel": "gedateerde cellen",
    "gemeente": "gemeenten",
    "geval": "gevallen",
    "keer": "keer",
    "koppeling": "koppelingen",
    "limiet": "limieten",
    "minuut": "minuten",
    "perceel": "percelen",
    "prijs": "prijzen",
    "product": "producten",
    "registratie": "registraties",
    "registratie of dag": "registraties of dagen",
    "registratie of verblijf": "registraties of verblijven",
    "registratie, verblijf of prestatie": "registraties, verblijven of prestaties",
    "registratie, verblijfsdag of prestatie": "registraties, verblijfsdagen en prestaties",
    "regel": "regels",
    "rij": "rijen",
    "signaal": "signalen",
    "toewijzing": "toewijzingen",
    "verblijf": "verblijven",
    "waarschuwing": "waarschuwingen",
}
MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)


def number(value: Fraction | int, decimals: int = 0, *, signed: bool = False) -> str:
    """Return a number with so many decimals, rounded half up; with `signed` a plus before what is above zero.

    >>> number(60000), number(Fraction(2469, 2), 2), number(3, signed=True)
    ('60.000', '1.234,50', '+3')
    """
    whole = round_half_up(value * 10**decimals) if decimals or isinstance(value, Fraction) else value
    before, after = divmod(abs(whole), 10**decimals)
    text = f"{before:,}".replace(",", ".") + (f",{after:0{decimals}d}" if decimals else "")
    return ("-" if whole < 0 else "+" if signed and whole > 0 else "") + text


def amount(cents: Fraction | int, *, signed: bool = False) -> str:
    """Return eurocents as they stand in a column of euros: ``24,55``; a part of a cent is rounded half up."""
    return number(Fraction(cents, 100), 2, signed=signed)


def euros(cents: Fraction | int, *, signed: bool = False) -> str:
    """Return eurocents as an amount; the sign stands at the number, as in a Dutch spreadsheet.

    >>> euros(123456), euros(-5112), euros(315, signed=True)
    ('€ 1.234,56', '€ -51,12', '€ +3,15')
    """
    return f"€ {amount(cents, signed=signed)}"


def percent(value: Fraction | int, *, signed: bool = False) -> str:
    """Return a percentage with 2 decimals, rounded half up: ``3,42%``."""
    return number(Fraction(value), 2, signed=signed) + "%"


def counted(value: int, noun: str, *, signed: bool = False) -> str:
    """Return a count with its noun, given in the singular.

    >>> counted(1, "perceel"), counted(0, "regel")
    ('1 perceel', '0 regels')
    """
    return f"{number(value, signed=signed)} {noun_of(value, noun)}"


def noun_of(value: int, noun: str) -> str:
    """Return the form of a noun, given in the singular, that goes with a count."""
    return noun if value == 1 else _PLURALS[noun]


def named(code: str, names: Mapping[str, str]) -> str:
    """Return the code of a gemeente or aanbieder, with its name where that is known.

    >>> named("0384", {"0384": "Diemen"}), named("0363", {})
    ('0384 Diemen', '0363')
    """
    return f"{code} {names[code]}" if names.get(code) else code


def short_day(value: date) -> str:
    """Return a date as it stands in a table: ``05-03-2026``."""
    return f"{value:%d-%m-%Y}"


def day(value: date) -> str:
    """Return a date as it stands in a sentence: ``5 maart 2026``."""
    return f"{value.day} {month(value)}"


def month(value: date) -> str:
    """Return the month of a date: ``maart 2026``."""
    return f"{MONTHS[value.month - 1]} {value.year}"


def listed(names: Sequence[str], rest: str, most: int = 5) -> str:
    """Return names after each other, those past `most` as a count; `rest` says where those stand."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" en nog {number(more)} ({rest})" if more > 0 else "")
