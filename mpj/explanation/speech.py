"""In what language an explanation is said."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from attrs import frozen

from mpj.presentation import languages, words
from mpj.protocol import Normtijd


@frozen
class Speech(languages.Language):
    """The words of one language; raises ValueError for one that there is no catalog of."""

    CATALOG: ClassVar[tuple[str, str]] = "mpj.explanation", "explain"

    def days(self, begin: date, end: date) -> str:
        """Return a period of days."""
        return self.say("{begin} t/m {einde}", begin=self.day(begin), einde=self.day(end))

    def counted(self, value: int, noun: str) -> str:
        """Return a count with its noun, given in the Dutch singular."""
        return f"{self.number(value)} {self.say(words.noun_of(value, noun))}"

    def units(self, value: int, normtijd: Normtijd) -> str:
        """Return an amount of units: ``3 kwartieren``."""
        return f"{self.number(value)} {self.word(normtijd.woord(value))}"
