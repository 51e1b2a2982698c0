"""The dates and the threshold of the year, and the norms of the traffic, as data with their source (norms.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

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


@frozen
class Berichtnorm:
    """What a figure of the traffic is held against."""

    kpi: str
    grens: int
    """Days or months, as `wat` says."""
    wat: str
    bron: str


@cache
def traffic_norms() -> Mapping[str, Berichtnorm]:
    """Return the norms of the package by the figure that they are of."""
    return {one["kpi"]: Berichtnorm(**one) for one in _data()["norm"]}


@cache
def payment_norm() -> Berichtnorm:
    """Return within how many days of its dagtekening a declaration is paid."""
    return Berichtnorm(**_data()["betaling"])


@cache
def year_norms() -> Jaarnormen:
    """Return the norms of the package."""
    data = _data()
    told = data["verklaring"]
    return Jaarnormen(
        data["bron"], tuple(Normdatum(**one) for one in data["datum"]), told["drempel_cent"], told["boven"], told["onder"]
    )


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((files("mpj.reports") / "norms.toml").read_text("utf-8"))
