"""The people of an invented region: clients' test numbers and the professionals with their levels.

Every BSN is from the range that is never issued: it passes the elfproef and starts with 9999.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random

from attrs import frozen

from mpj.demo.chance import between, happens, weighted
from mpj.protocol import MPJ_16
from mpj.reading.periods import first_day

TEST_PREFIX = "9999"
RECORDS_PER_MEDEWERKER = 90
PROMOTED_PERMILLE = 40

_LEVEL_WEIGHTS = {"mbo": 20, "hbo": 40, "hbo+": 14, "wo": 14, "wo+": 8, "ams": 4}


@frozen
class MedewerkerRow:
    """A row of medewerkers.csv."""

    medewerker: str
    kwalificatieniveau: str
    begindatum: str
    einddatum: str


@frozen
class DemoMedewerker:
    """A professional: number and level at the start of the month."""

    nummer: str
    niveau: str


@frozen(eq=False)
class Staff:
    """All professionals, by level (low to high; a level may be empty)."""

    by_level: Mapping[str, tuple[DemoMedewerker, ...]]

    def at(self, rng: Random, niveaus: Sequence[str]) -> DemoMedewerker | None:
        """Return a professional with one of `niveaus`, or None when there is none."""
        groups = [self.by_level.get(niveau, ()) for niveau in niveaus]
        index = int(rng.random() * sum(map(len, groups)))
        for group in groups:
            if index < len(group):
                return group[index]
            index -= len(group)
        return None


def bsn_range() -> tuple[str, ...]:
    """Return every BSN of the test range, in order; some nine thousand."""
    numbers = []
    for middle in range(10_000):
        stem = f"{TEST_PREFIX}{middle:04d}"
        check = sum(int(digit) * weight for digit, weight in zip(stem, range(9, 1, -1), strict=True)) % 11
        if check < 10:
            numbers.append(f"{stem}{check}")
    return tuple(numbers)


def make_staff(rng: Random, registraties: int, month: int) -> tuple[Staff, tuple[MedewerkerRow, ...]]:
    """Return the professionals that so many registraties need, and their rows."""
    count = max(12, registraties // RECORDS_PER_MEDEWERKER)
    levels = weighted([(niveau, _LEVEL_WEIGHTS.get(niveau, 5)) for niveau in MPJ_16.niveaus])
    staff: dict[str, list[DemoMedewerker]] = {niveau: [] for niveau in MPJ_16.niveaus}
    rows: list[MedewerkerRow] = []
    for number in range(1, count + 1):
        # The first ones cover every level, so that even a tiny region has somebody for each.
        niveau = MPJ_16.niveaus[number - 1] if number <= len(MPJ_16.niveaus) else levels.draw(rng)
        medewerker = DemoMedewerker(f"M{number:05d}", niveau)
        staff[niveau].append(medewerker)
        rows.extend(_rows(rng, medewerker, first_day(month)))
    return Staff({niveau: tuple(members) for niveau, members in staff.items()}), tuple(rows)


def _rows(rng: Random, medewerker: DemoMedewerker, month_begin: date) -> list[MedewerkerRow]:
    begin = month_begin - timedelta(days=between(rng, 40, 3000))
    niveaus = MPJ_16.niveaus
    rank = niveaus.index(medewerker.niveau)
    if 0 < rank < len(niveaus) - 2 and happens(rng, PROMOTED_PERMILLE):
        # A higher level from halfway the month on: what a person bills depends on the date.
        change = month_begin + timedelta(days=between(rng, 9, 19))
        return [
            MedewerkerRow(medewerker.nummer, medewerker.niveau, begin.isoformat(), (change - timedelta(days=1)).isoformat()),
            MedewerkerRow(medewerker.nummer, niveaus[rank + 1], change.isoformat(), ""),
        ]
    return [MedewerkerRow(medewerker.nummer, medewerker.niveau, begin.isoformat(), "")]
