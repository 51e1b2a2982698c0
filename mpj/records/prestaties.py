"""`prestaties.csv`: what happened with products of output, which the engine makes pieces, weeks, months and milestones of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from mpj.reading.faults import Hears
from mpj.reading.lines import LineNumbers
from mpj.reading.profile import NO_PROFILE, Profiel
from mpj.reading.sources import Reading
from mpj.records.definitions import PRESTATIE
from mpj.records.registraties import Ongeldig
from mpj.records.rows import Row, as_values, read_rows
from mpj.records.values import Prestatie, Unchecked

_prestatie = Unchecked(Prestatie)


def read_prestaties(
    paths: Iterable[str | Path],
    *,
    report: Hears | None = None,
    hashes: dict[str, str] | None = None,
    lines: dict[str, LineNumbers] | None = None,
    submappen: bool = False,
    profiel: Profiel = NO_PROFILE,
) -> Iterator[Prestatie | Ongeldig]:
    """Read prestaties from tables: files, folders or zips (docs/formats.md); takes, yields and raises as `read_registraties`."""
    yield from read_rows(paths, PRESTATIE, parse_prestatie, Reading(report, hashes, lines, submappen, profiel.of("prestaties")))


def as_prestaties(
    items: Iterable[Prestatie | Ongeldig | Mapping[str, object]], report: Hears | None = None
) -> Iterator[Prestatie | Ongeldig]:
    """Turn the caller's records into prestaties; `report` hears of unknown keys. Raises as `mpj.records.rows.as_values`."""
    return as_values(items, PRESTATIE, parse_prestatie, Prestatie, Ongeldig, report=report)


def parse_prestatie(row: Row) -> Prestatie | Ongeldig:
    """Return the prestatie a row holds, or what is wrong with it. Whether its product exists is the contract's to say."""
    found = row.read(PRESTATIE)
    if row.faults:
        identity = found["id"] or ""
        return Ongeldig(row.uitval("prestatie", identity, found["datum"]), identity, oorzaak=row.oorzaak, bsn=found["bsn"])
    return _prestatie((*found.values(), row.bestand, row.rij))
