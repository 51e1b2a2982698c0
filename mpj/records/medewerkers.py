"""`medewerkers.csv`: the kwalificatieniveau the employer set, by medewerker and date.

A fault here would change what is billed for everyone, so a faulty row, an unknown level or overlapping periods stop the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from mpj.protocol import MPJ_16, Protocol
from mpj.reading.faults import Fault, Hears, InputError
from mpj.reading.lines import LineNumbers
from mpj.reading.profile import NO_PROFILE, Profiel
from mpj.reading.sources import Reading
from mpj.records.definitions import MEDEWERKER
from mpj.records.rows import MappingRows, Row, read_rows, records_of
from mpj.records.values import Medewerker, Unchecked

_medewerker = Unchecked(Medewerker)


def read_medewerkers(
    paths: Iterable[str | Path],
    *,
    protocol: Protocol = MPJ_16,
    report: Hears | None = None,
    hashes: dict[str, str] | None = None,
    lines: dict[str, LineNumbers] | None = None,
    submappen: bool = False,
    profiel: Profiel = NO_PROFILE,
) -> list[Medewerker]:
    """Read all medewerkers; the keywords are those of `read_registraties`.

    Raises InputError with every faulty row, unknown level and overlap (docs/formats.md)."""
    reading = Reading(report, hashes, lines, submappen, profiel.of("medewerkers"))
    return collect_medewerkers(read_rows(paths, MEDEWERKER, lambda row: row, reading), protocol)


def collect_medewerkers(
    items: Iterable[Medewerker | Row | Mapping[str, object]], protocol: Protocol, report: Hears | None = None
) -> list[Medewerker]:
    """Return the medewerkers as values, from values, rows or the caller's records; `report` hears of unknown keys.

    Raises InputError with every fault, and what `mpj.records.rows.as_values` raises.
    """
    mappings = MappingRows(MEDEWERKER, report)
    good: list[Medewerker] = []
    faults: list[Fault] = []
    for item in records_of(items, Medewerker, Row):
        row: Any = mappings.row(item) if isinstance(item, dict) else item
        medewerker = row if isinstance(row, Medewerker) else _parse(row)
        if medewerker is not None:
            good.append(medewerker)
            if medewerker.kwalificatieniveau not in protocol.niveaus:
                text = f"kwalificatieniveau is onbekend; verwacht {', '.join(protocol.niveaus)}"
                faults.append(_fault(medewerker.bestand, medewerker.rij, text))
        else:
            faults += [_fault(row.bestand, row.rij, text) for text in row.faults]
    faults += _overlaps(good)
    if faults:
        raise InputError(faults)
    return good


def _parse(row: Row) -> Medewerker | None:
    found = row.read(MEDEWERKER)
    return None if row.faults else _medewerker((*found.values(), row.bestand, row.rij))


def _fault(bestand: str, rij: int, text: str) -> Fault:
    return Fault("medewerker_ongeldig", bestand, rij, toelichting=text)


def _overlaps(medewerkers: Sequence[Medewerker]) -> list[Fault]:
    faults: list[Fault] = []
    by_name: dict[str, list[Medewerker]] = {}
    for medewerker in medewerkers:
        by_name.setdefault(medewerker.medewerker, []).append(medewerker)
    for periods in by_name.values():
        periods.sort(key=lambda period: (period.begindatum, period.rij))
        latest = periods[0]
        for later in periods[1:]:
            if latest.einddatum is None or later.begindatum <= latest.einddatum:
                text = f"overlapt met de periode van dezelfde medewerker in {latest.bestand or 'de invoer'} rij {latest.rij}"
                faults.append(Fault("medewerker_overlap", later.bestand, later.rij, "begindatum", toelichting=text))
            if latest.einddatum is not None and (later.einddatum is None or later.einddatum > latest.einddatum):
                latest = later
    return sorted(faults, key=lambda fault: (fault.bestand, fault.rij))


class Levels:
    """Looks up the level of a medewerker on a date."""

    def __init__(self, medewerkers: Iterable[Medewerker]) -> None:
        self._by_name: dict[str, list[Medewerker]] = {}
        for medewerker in medewerkers:
            self._by_name.setdefault(medewerker.medewerker, []).append(medewerker)

    def of(self, medewerker: str) -> Sequence[Medewerker]:
        """Return the levels of `medewerker`, each with its period."""
        return self._by_name.get(medewerker, ())

    def on(self, medewerker: str, day: date) -> str | None:
        """Return the kwalificatieniveau of `medewerker` on `day`, None when there is none."""
        for period in self.of(medewerker):
            if period.begindatum <= day and (period.einddatum is None or day <= period.einddatum):
                return period.kwalificatieniveau
        return None
