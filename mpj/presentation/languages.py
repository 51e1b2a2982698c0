"""The language that people read: texts from Babel's catalogs as they are committed, and the form of dates, amounts and numbers.

Dutch ones are those of `words`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from pathlib import Path
from typing import ClassVar, Literal, TypeAlias

from attrs import field, frozen, validators

from mpj.presentation import words
from mpj.protocol.rounding import round_half_up

Taal: TypeAlias = Literal["nl", "en"]
"""A language that there are catalogs of."""
_SWAPPED = str.maketrans(".,", ",.")
LOCALES: Mapping[str, str] = {"nl": "nl_NL", "en": "en_GB"}


@frozen
class Readers:
    """Who reads what is written: in which language, and the names of gemeenten and aanbieders beside their codes."""

    taal: Taal = "nl"
    namen: Mapping[str, str] = words.NO_NAMES


@cache
def catalog(package: str, name: str, taal: str) -> Mapping[tuple[str, str], str]:
    """Return the catalog ``locale/<taal>/<name>.po`` of a package by (context, id); raises ValueError for another language."""
    from babel.messages.pofile import read_po

    check_taal(taal)
    folder = Path(__file__).parents[1].joinpath(*package.split(".")[1:])  # the package may need an extra that is not installed
    with folder.joinpath("locale", taal, f"{name}.po").open("rb") as stream:
        return {(str(message.context or ""), str(message.id)): str(message.string) for message in read_po(stream) if message.id}


def check_taal(taal: str) -> None:
    """Raise ValueError for a language that there is no catalog of."""
    if taal not in LOCALES:
        raise ValueError(f"no catalog for {taal!r}; known: {', '.join(LOCALES)}")


@lru_cache(maxsize=4096)
def day(value: date, taal: str) -> str:
    """Return a date as it stands in a sentence: ``5 March 2026``."""
    if taal == "nl":
        return words.day(value)
    from babel.dates import format_date

    return format_date(value, "d MMMM y", locale=LOCALES[taal])


@lru_cache(maxsize=4096)
def month(value: date, taal: str) -> str:
    """Return the month of a date: ``March 2026``."""
    if taal == "nl":
        return words.month(value)
    from babel.dates import format_date

    return format_date(value, "MMMM y", locale=LOCALES[taal])


@lru_cache(maxsize=4096)
def euros(cent: int, taal: str) -> str:
    """Return eurocents as an amount."""
    if taal == "nl":
        return words.euros(cent)
    from babel.numbers import format_currency

    return format_currency(Decimal(cent).scaleb(-2), "EUR", locale=LOCALES[taal]).replace("\xa0", " ")


@lru_cache(maxsize=4096)
def number(value: int | Decimal, taal: str) -> str:
    """Return a number; of decimals those that it has, 3 at most."""
    if taal == "nl" and isinstance(value, int):
        return words.number(value)
    from babel.numbers import format_decimal

    return format_decimal(value, locale=LOCALES[taal])


def written(text: str, taal: str) -> str:
    """Return a number of a table, as `words` writes it, in a language: ``1,234.50``."""
    return text if taal == "nl" else text.translate(_SWAPPED)


@lru_cache(maxsize=4096)
def short_day(value: date, taal: str) -> str:
    """Return a date as it stands in a table: ``05 Mar 2026``."""
    if taal == "nl":
        return words.short_day(value)
    from babel.dates import format_date

    return format_date(value, "dd MMM y", locale=LOCALES[taal])


@frozen
class Language:
    """The words of one language; raises ValueError for one that there is no catalog of."""

    CATALOG: ClassVar[tuple[str, str]]
    """The package and the name of the catalogs (`languages.catalog`)."""

    taal: Taal = field(validator=validators.in_(tuple(LOCALES)))
    namen: Mapping[str, str] = words.NO_NAMES
    """The names of gemeenten and aanbieders, by code."""

    def say(self, text: str, /, **values: str | int) -> str:
        """Return a sentence, filled in; raises KeyError when the catalog does not have it."""
        found = text if self.taal == "nl" else catalog(*self.CATALOG, self.taal)["", text]
        return found.format(**values) if values else found

    def word(self, text: str) -> str:
        """Return a word of the data as people read it: itself where the catalog does not have it."""
        return text if self.taal == "nl" else catalog(*self.CATALOG, self.taal).get(("", text), text)

    def named(self, code: str) -> str:
        """Return the code of a gemeente or aanbieder, with its name where that is known."""
        return words.named(code, self.namen)

    def euros(self, cent: Fraction | int) -> str:
        """Return eurocents as an amount; a part of a cent is rounded half up."""
        return euros(round_half_up(Fraction(cent)), self.taal)

    def day(self, value: date) -> str:
        """Return a date."""
        return day(value, self.taal)

    def month(self, value: date) -> str:
        """Return the month of a date."""
        return month(value, self.taal)

    def number(self, value: int) -> str:
        """Return a whole number."""
        return number(value, self.taal)

    def ratio(self, value: Fraction) -> str:
        """Return a ratio with at most 2 decimals, rounded half up."""
        return number(Decimal(round_half_up(value * 100)).scaleb(-2), self.taal)

    def percent(self, value: Fraction | int) -> str:
        """Return a percentage with 2 decimals, rounded half up."""
        return written(words.percent(value), self.taal)
