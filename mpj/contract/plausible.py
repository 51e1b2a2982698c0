"""What a price usually is per level and unit, as data with its source (plausible.toml). Prices are free: it serves to warn."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from attrs import frozen

from mpj.protocol import Normtijd
from mpj.reading.frozen import Frozen

_HOUR = 60


@frozen
class Bereik:
    """The range of a price; both ends in eurocents per unit, inclusive."""

    laagst: int
    hoogst: int


@frozen
class Bereiken:
    """The ranges by level (empty: the price without level) and unit, and where they come from."""

    bron: str
    per: Mapping[tuple[str, str], Bereik]

    def of(self, niveau: str | None, normtijd: Normtijd) -> Bereik | None:
        """Return the range of a price per `normtijd`, None where none is known; one of minutes follows that of the hour."""
        found = self.per.get((niveau or "", normtijd.naam))
        hour = self.per.get((niveau or "", "uur"))
        if found is not None or hour is None or not normtijd.minuten:
            return found
        return Bereik(-(-hour.laagst * normtijd.minuten // _HOUR), hour.hoogst * normtijd.minuten // _HOUR)


@cache
def plausible() -> Bereiken:
    """Return the ranges that the package ships."""
    data = tomllib.loads(Path(__file__).with_name("plausible.toml").read_text("utf-8"))
    per = {(row["niveau"], row["eenheid"]): Bereik(row["laagst"], row["hoogst"]) for row in data["bereik"]}
    return Bereiken(data["bron"], Frozen(per))
