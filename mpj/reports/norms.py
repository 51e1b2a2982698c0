"""The dates and the threshold of the year, as data with their source (norms.toml)."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files

from attrs import frozen


@frozen
class Normdatum:
    """A day in the year after the year of care."""

    naam: str
    maand: int
    dag: int
    wat: str
    """What is due on it, in Dutch."""

    def of(self, jaar: int) -> date:
        """Return the day for a year of care."""
        return date(jaar + 1, self.maand, self.dag)


@frozen
class Jaarnormen:
    """What the accountability of a year is held against."""

    bron: str
    datums: tuple[Normdatum, ...]
    drempel_cent: int
    """From this amount per gemeente on the accountant signs."""
    boven: str
    onder: str

    def verklaring(self, cent: int) -> str:
        """Return which statement an amount asks for, in Dutch."""
        return self.boven if cent >= self.drempel_cent else self.onder


@cache
def year_norms() -> Jaarnormen:
    """Return the norms of the package."""
    data = tomllib.loads((files("mpj.reports") / "norms.toml").read_text("utf-8"))
    told = data["verklaring"]
    return Jaarnormen(
        data["bron"], tuple(Normdatum(**one) for one in data["datum"]), told["drempel_cent"], told["boven"], told["onder"]
    )
