"""Words for findings, from Babel's message catalogs (locale/<taal>/verify.po), in the reader's own form of dates and money.

The catalogs are read as they are committed, so none can be missing at run time; a text that is in none is an error, not a silent
fall-back. Contexts: `naam` a rule in a few words, `zin` the sentence of a breach, `woord` words and phrases by their Dutch form.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files

from mpj.messages.values import Periode
from mpj.reading.masking import digits_in
from mpj.verification.values import Breach, Cent, Volume, Waarde, Word

LOCALES: Mapping[str, str] = {"nl": "nl_NL", "en": "en_GB"}
NAAM, ZIN, WOORD = "naam", "zin", "woord"
# What varies inside the phrases of content rules: amounts, dates, months, whole numbers.
_PARTS = re.compile(r"€ [0-9.]+,[0-9]{2}|[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9]{2}|[0-9]+")


@cache
def catalog(taal: str) -> Mapping[tuple[str, str], str]:
    """Return a catalog by (context, id); raises ValueError for a language that there is none of."""
    from babel.messages.pofile import read_po

    if taal not in LOCALES:
        raise ValueError(f"no catalog for {taal!r}; known: {', '.join(LOCALES)}")
    with (files("mpj.verification") / "locale" / taal / "verify.po").open("rb") as stream:
        return {(str(message.context), str(message.id)): str(message.string) for message in read_po(stream) if message.id}


@lru_cache(maxsize=4096)
def _date(day: date, locale: str) -> str:
    from babel.dates import format_date

    return format_date(day, "d MMMM y", locale=locale)


@lru_cache(maxsize=4096)
def _money(cent: int, locale: str) -> str:
    from babel.numbers import format_currency

    return format_currency(Decimal(cent).scaleb(-2), "EUR", locale=locale).replace("\xa0", " ")


@lru_cache(maxsize=4096)
def _number(number: int, locale: str) -> str:
    from babel.numbers import format_decimal

    return format_decimal(number, locale=locale)


class Texts:
    """The words of one language for one message; numbers that hold a BSN of `bsns` are never shown."""

    def __init__(self, taal: str, bsns: Container[str]) -> None:
        self.taal = taal
        self._catalog = catalog(taal)
        self._locale = LOCALES[taal]
        self._bsns = bsns

    def name(self, code: str) -> str:
        """Return a rule in a few words."""
        return self._catalog[NAAM, code]

    def word(self, text: str) -> str:
        """Return a word or phrase; raises KeyError when the catalog does not have it."""
        return self._catalog[WOORD, text]

    def sentence(self, key: str, **values: Waarde) -> str:
        """Return the sentence `key`, filled in; raises KeyError when the catalog does not have it."""
        return self._catalog[ZIN, key].format(**{name: self.value(given) for name, given in values.items()})

    def explain(self, code: str, breach: Breach) -> str:
        """Return the sentence that explains a breach of rule `code`."""
        return self.sentence(breach.sentence or code, gevonden=breach.gevonden, verwacht=breach.verwacht, **breach.more)

    def shown(self, text: str) -> str:
        """Return an identifier as it stands, empty when it holds a BSN, also with other signs between the digits."""
        digits = digits_in(text)
        hit = any(digits[start : start + 9] in self._bsns for start in range(len(digits) - 8))
        return "" if hit else text

    def value(self, value: Waarde) -> str:
        """Return a value in the reader's form."""
        match value:
            case None:
                return self.word("niets")
            case Word(text):
                return self.word(text)
            case Cent(cent):
                return _money(cent, self._locale)
            case Volume(aantal, eenheid):
                unit = self._catalog.get((WOORD, f"eenheid {eenheid}"), eenheid)
                return f"{_number(aantal, self._locale)} {unit}"
            case Periode(begin, end):
                return f"{_date(begin, self._locale)} {self.word('t/m')} {_date(end, self._locale)}"
            case date():
                return _date(value, self._locale)
            case int():
                return _number(value, self._locale)
        return self.shown(value) or self.word("(verborgen)")

    def phrase(self, text: str) -> str:
        """Return a phrase of a content rule: dates and amounts inside it in the reader's form, the rest translated.

        A phrase that the catalog does not have is a value (a number, a code) and stays as it is.
        """
        parts = _PARTS.findall(text)
        found = self._catalog.get((WOORD, _PARTS.sub("{}", text)))
        return self.shown(text) or self.word("(verborgen)") if found is None else found.format(*map(self._part, parts))

    def _part(self, text: str) -> str:
        if text.startswith("€"):
            return _money(int(re.sub("[^0-9]", "", text)), self._locale)
        if len(text) == 10 and text[4] == "-":
            return _date(date.fromisoformat(text), self._locale)
        return self.shown(text) or self.word("(verborgen)")
