"""Words for findings, from Babel's message catalogs (locale/<taal>/verify.po), in the reader's own form of dates and money.

The catalogs are read as they are committed, so none can be missing at run time; a text that is in none is an error, not a silent
fall-back. Contexts: `naam` a rule in a few words, `zin` the sentence of a breach, `woord` words and phrases by their Dutch form.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from datetime import date

from mpj.messages.values import Periode
from mpj.presentation import languages
from mpj.reading.masking import digits_in
from mpj.verification.values import Breach, Cent, Volume, Waarde, Word

NAAM, ZIN, WOORD = "naam", "zin", "woord"
# What varies inside the phrases of content rules: amounts, dates, months, whole numbers.
_PARTS = re.compile(r"€ [0-9.]+,[0-9]{2}|[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9]{2}|[0-9]+")


def catalog(taal: str) -> Mapping[tuple[str, str], str]:
    """Return the catalog of a language by (context, id); raises ValueError for a language that there is none of."""
    return languages.catalog("mpj.verification", "verify", taal)


class Texts:
    """The words of one language for one message; numbers that hold a BSN of `bsns` are never shown."""

    def __init__(self, taal: str, bsns: Container[str]) -> None:
        self.taal = taal
        self._catalog = catalog(taal)
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
                return languages.euros(cent, self.taal)
            case Volume(aantal, eenheid):
                unit = self._catalog.get((WOORD, f"eenheid {eenheid}"), eenheid)
                return f"{languages.number(aantal, self.taal)} {unit}"
            case Periode(begin, end):
                return f"{languages.day(begin, self.taal)} {self.word('t/m')} {languages.day(end, self.taal)}"
            case date():
                return languages.day(value, self.taal)
            case int():
                return languages.number(value, self.taal)
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
            return languages.euros(int(re.sub("[^0-9]", "", text)), self.taal)
        if len(text) == 10 and text[4] == "-":
            return languages.day(date.fromisoformat(text), self.taal)
        return self.shown(text) or self.word("(verborgen)")
