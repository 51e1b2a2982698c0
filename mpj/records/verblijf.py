"""`verblijf.csv`: stays, which the engine takes apart into days."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from mpj.reading.faults import Fault
from mpj.reading.fields import check_bsn, check_gemeente, parse_date
from mpj.reading.lines import LineNumbers
from mpj.reading.profile import NO_PROFILE, Profiel
from mpj.reading.sources import Reading
from mpj.records.registraties import Ongeldig, parse_nummer
from mpj.records.rows import Row, as_values, read_rows
from mpj.records.values import Verblijf

COLUMNS = ("id", "bsn", "begindatum", "einddatum", "prestatiecode", "toewijzingnummer", "gemeente", "aanwezigheid")
REQUIRED = ("id", "bsn", "begindatum")


def read_verblijf(
    paths: Iterable[str | Path],
    *,
    report: Callable[[Fault], None] | None = None,
    hashes: dict[str, str] | None = None,
    lines: dict[str, LineNumbers] | None = None,
    submappen: bool = False,
    profiel: Profiel = NO_PROFILE,
) -> Iterator[Verblijf | Ongeldig]:
    """Read stays from tables: files, folders or zips (docs/formats.md); takes, yields, raises what `read_registraties` does."""
    reading = Reading(report, hashes, lines, submappen, profiel.of("verblijf"))
    yield from read_rows(paths, COLUMNS, REQUIRED, parse_verblijf, reading)


def as_stays(items: Iterable[Verblijf | Ongeldig | Mapping[str, object]]) -> Iterator[Verblijf | Ongeldig]:
    """Turn the caller's mappings into stays; raises TypeError for anything that is neither."""
    return as_values(items, COLUMNS, parse_verblijf, Verblijf, Ongeldig)


def parse_verblijf(row: Row) -> Verblijf | Ongeldig:
    """Return the stay a row holds, or what is wrong with it. An end in the year 9999 is an open end."""
    identity, bsn = row.need("id"), row.require("bsn", check_bsn)
    begindatum, einddatum = row.require("begindatum", parse_date), row.take("einddatum", parse_date)
    nummer, gemeente = row.take("toewijzingnummer", parse_nummer), row.take("gemeente", check_gemeente)
    if begindatum and einddatum and einddatum < begindatum:
        row.refuse("einddatum ligt voor begindatum")
    if row.faults or bsn is None or begindatum is None:
        return Ongeldig(row.uitval("verblijf", identity, begindatum), identity)
    return Verblijf(
        identity,
        bsn,
        begindatum,
        einddatum,
        row.text("prestatiecode"),
        nummer,
        gemeente,
        row.text("aanwezigheid") or "aanwezig",
        row.bestand,
        row.rij,
    )
