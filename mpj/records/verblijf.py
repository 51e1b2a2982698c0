"""`verblijf.csv`: stays, which the engine takes apart into days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from mpj.reading.faults import Hears
from mpj.reading.lines import LineNumbers
from mpj.reading.profile import NO_PROFILE, Profiel
from mpj.reading.sources import Reading
from mpj.records.definitions import VERBLIJF
from mpj.records.registraties import Ongeldig
from mpj.records.rows import Row, as_values, read_rows
from mpj.records.values import Unchecked, Verblijf

_verblijf = Unchecked(Verblijf)


def read_verblijf(
    paths: Iterable[str | Path],
    *,
    report: Hears | None = None,
    hashes: dict[str, str] | None = None,
    lines: dict[str, LineNumbers] | None = None,
    submappen: bool = False,
    profiel: Profiel = NO_PROFILE,
) -> Iterator[Verblijf | Ongeldig]:
    """Read stays from tables: files, folders or zips (docs/formats.md); takes, yields, raises what `read_registraties` does."""
    reading = Reading(report, hashes, lines, submappen, profiel.of("verblijf"))
    yield from read_rows(paths, VERBLIJF, parse_verblijf, reading)


def as_stays(
    items: Iterable[Verblijf | Ongeldig | Mapping[str, object]], report: Hears | None = None
) -> Iterator[Verblijf | Ongeldig]:
    """Turn the caller's records into stays; `report` hears of unknown keys. Raises as `mpj.records.rows.as_values`."""
    return as_values(items, VERBLIJF, parse_verblijf, Verblijf, Ongeldig, report=report)


def parse_verblijf(row: Row) -> Verblijf | Ongeldig:
    """Return the stay a row holds, or what is wrong with it. An end in the year 9999 is an open end."""
    found = row.read(VERBLIJF)
    if row.faults:
        identity = found["id"] or ""
        return Ongeldig(row.uitval("verblijf", identity, found["begindatum"]), identity, oorzaak=row.oorzaak, bsn=found["bsn"])
    return _verblijf((*found.values(), row.bestand, row.rij))
