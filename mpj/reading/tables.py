"""Tables, whatever their form. One that is none is refused whole; a bad row is the reader's.

Row numbers are those that a spreadsheet shows: the header has its own, empty rows count, a line break in a field does not.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from operator import itemgetter
from typing import Any, Generic, TypeVar

from attrs import define

from mpj.reading.faults import Fault, InputError
from mpj.reading.headers import Columns, Row, plain
from mpj.reading.limits import COLUMNS
from mpj.reading.names import check_names
from mpj.reading.parquet import BEGIN, PARQUET, open_parquet
from mpj.reading.profile import PLAIN, Profiled, Tabelprofiel
from mpj.reading.sources import SILENT, TABLES, Reading, Source
from mpj.reading.text import Opened, as_text, open_text, shown

_F = TypeVar("_F", str, list[str])
WORKBOOKS = (".xlsx", ".xlsb", ".xls", ".ods")
"""The endings of workbooks."""
BEGINS = (b"PK\3\4", b"\xd0\xcf\x11\xe0")
"""What a workbook begins with: a zip, or a compound file."""
# Rows that are split together.
_SOME = 256


@define
class Table(Generic[_F]):
    """An opened table: `columns` maps a known column to its place, iterating gives (rij, fields).

    `warnings` are the unknown columns and what was done to read it. Rows that are wholly empty are passed over; fields come as
    they stand, so a row may have more or fewer than `width`. From `open_lines` they come as one text. `tidy`: the file is UTF-8
    with ``;`` between the fields, and its header is its first row. Where `split` is not -1, rows were split at so many ``;`` at
    most, and what is behind the last of these is one text. `texts`, where the file has them, are the rows in place of `rows`, as
    from `open_lines` (`split_table`).
    """

    naam: str
    columns: Mapping[str, int]
    width: int
    warnings: tuple[Fault, ...]
    rows: Iterator[tuple[int, _F]]
    tidy: bool = False
    split: int = -1
    texts: Iterator[tuple[int, str]] | None = None

    def whole(self, fields: list[str]) -> list[str]:
        """Return the fields of a row, each by itself."""
        return fields if len(fields) <= self.split or self.split < 0 else [*fields[:-1], *fields[-1].split(";")]

    def __iter__(self) -> Iterator[tuple[int, _F]]:
        return self.rows


@contextmanager
def open_table(source: Source, columns: Columns, reading: Reading = SILENT) -> Iterator[Table[list[str]]]:
    """Open `source` as a table with these columns; `reading` hears of it.

    Raises InputError: no header, a required column missing, a double or misspelt one, no text, broken quoting, more than a table
    may have (docs/limits.md). Some of it may come while iterating.
    """
    with _opened(source, columns.under(reading.profiel), reading, _rows) as table:
        yield table


@contextmanager
def open_lines(source: Source, columns: Columns, reading: Reading = SILENT) -> Iterator[Table[str]]:
    """Open `source` as `open_table` does, for rows that are only passed on: each is one text, ``;`` between the fields.

    Rows that are wholly empty are not always passed over.
    """
    with _opened(source, columns.under(reading.profiel), reading, _texts) as table:
        yield table


def split_table(table: Table[list[str]], often: int) -> Iterator[Table[list[str]]]:
    """Return a table as tables of some of its rows, split (`Table.split`) at so many ``;`` where the file has them as text."""
    if table.texts is None:
        yield table
        return
    while some := list(islice(table.texts, _SOME)):
        rijen, texts = zip(*some, strict=True)
        rows, split = split_rows(rijen, "".join(texts), often)
        yield Table(table.naam, table.columns, table.width, (), rows, split=split)


def split_rows(rijen: Iterable[int], text: str, often: int) -> tuple[Iterator[Row], int]:
    """Return the rows that stand in a text, with their numbers, and how often they were split (`Table.split`), at most `often`.

    Each row ends in a line end. Rows that are wholly empty are passed over.
    """
    plain = text.replace("\r\n", "\n")
    if '"' in plain or "\r" in plain:
        quoted = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
        return filter(_holds_anything, zip(rijen, quoted, strict=False)), -1
    lines = plain[:-1].split("\n")
    rows = [line.split(";", often) for line in lines]
    pairs = zip(rijen, rows, strict=True)
    if all(map(str.strip, map(itemgetter(0), rows))):
        return pairs, often
    return (pair for pair, line in zip(pairs, lines, strict=True) if line.replace(";", "").strip()), often


def _holds_anything(row: Row) -> bool:
    fields = row[1]
    return bool(fields and (fields[0].strip() or any(map(str.strip, fields))))


def _rows(found: Opened) -> Iterator[tuple[int, list[str]]]:
    return found.rows


def _texts(found: Opened) -> Iterator[tuple[int, str]]:
    return found.texts or ((rij, as_text(fields)) for rij, fields in found.rows)


def texts_of(table: Table[list[str]], rij: int, fields: Sequence[str], faults: list[Fault]) -> dict[str, str]:
    """Return a row by column, without blanks around its texts; where it ends before a column, that is empty.

    What stands behind the last column of the header is a fault: a separator within a text moves all that follows it.
    """
    if any(one.strip() for one in fields[table.width :]):
        faults.append(misfit(table, rij, fields))
    return {name: fields[place].strip() if place < len(fields) else "" for name, place in table.columns.items()}


def misfit(table: Table[list[str]], rij: int, fields: Sequence[str]) -> Fault:
    """Return that a row has more or fewer fields than the header of its table."""
    found, expected = f"{len(fields)} velden", f"{table.width} velden"
    return Fault("rij_onvolledig", table.naam, rij, "", found, expected, "de rij past niet bij de kopregel")


def is_parquet(source: Source) -> bool:
    """Say whether a file is Parquet: by its ending, or, where that tells nothing, by how it begins."""
    return source.suffix == PARQUET or (source.suffix not in TABLES and source.begins((BEGIN,)))


def _opener(source: Source) -> Callable[[Source, Columns], AbstractContextManager[Opened]]:
    """Return what opens a file of its kind: by its ending, or else by how it begins."""
    if is_parquet(source):
        return open_parquet
    if source.suffix in WORKBOOKS or (source.suffix not in TABLES and source.begins(BEGINS)):
        from mpj.reading.workbooks import open_workbook  # only here: it starts a process, and what that needs is long to import

        return open_workbook
    return open_text


@contextmanager
def _opened(
    source: Source, columns: Columns, reading: Reading, body: Callable[[Opened], Iterator[tuple[int, _F]]]
) -> Iterator[Table[_F]]:
    """Open a table, check its header, lay the profile over its rows, and have `body` say how they are passed on."""
    found: Opened
    table: Table[_F]
    with _opener(source)(source, columns) as found:
        if found.header is None:
            text, verwacht = "het bestand is leeg", "een kopregel met kolomnamen"
            raise InputError(Fault("bestand_leeg", source.naam, toelichting=text, verwacht=verwacht))
        table = headed(source.naam, *found.header, columns, body(found))
        profiled = lay_profile(table, found.header, reading.profiel)
        if profiled is not None:
            found.rows, found.texts, found.tidy = profiled.rows(found.rows), None, False
            table.rows = body(found)
        table.warnings = (*found.notices, *table.warnings)
        table.tidy, table.texts = found.tidy, found.texts
        reading.tell(table.warnings)
        yield table
        reading.tell(profiled.notices(source.naam) if profiled is not None else ())
        if reading.hashes is not None:
            reading.hashes[source.naam] = found.sha256()
        if reading.lines is not None and found.lines:
            reading.lines[source.naam] = found.lines


def header_of(source: Source, columns: Columns) -> list[str]:
    """Return the names in the header of a table as they stand, or in the row that comes nearest to one; none where it is empty."""
    with _opener(source)(source, columns) as found:
        if found.header is None:
            return []
        _check_width(source.naam, *found.header)
        return found.header[1]


def lay_profile(table: Table[Any], header: Row, profiel: Tabelprofiel) -> Profiled | None:
    """Return what lays a profile over the rows of a table, None where it says nothing; the table tells what it did.

    Raises InputError for a column that the profile names, and neither the table nor we have.
    """
    if profiel == PLAIN:
        return None
    rij, names = header
    text = "het profiel noemt deze kolom, en het bestand heeft haar niet"
    faults = [
        Fault("kolom_ontbreekt", table.naam, rij, ours, verwacht=" of ".join(theirs), toelichting=text)
        for ours, theirs in profiel.missing(table.columns).items()
    ]
    if faults:
        raise InputError(faults)
    made = "; ".join(profiel.told(names, table.columns, plain))
    notice = Fault("profiel_gebruikt", table.naam, rij, toelichting=f"volgens het profiel: {made}", soort="waarschuwing")
    table.warnings = (*((notice,) if made else ()), *table.warnings)
    return Profiled(profiel, table.columns)


def headed(naam: str, rij: int, names: Sequence[str], columns: Columns, body: Iterator[tuple[int, _F]]) -> Table[_F]:
    """Return the table under a header with these names; raises InputError when it misses, doubles or misspells one."""
    _check_width(naam, rij, names)
    header = columns.named(names)
    faults = check_names(header, columns, columns.required, naam, rij)
    wrong: list[Fault] = [fault for fault in faults if fault.soort == "fout"]
    if wrong:
        raise InputError(_hint(header, naam, rij) or wrong)
    places = {name: place for place, name in enumerate(header) if name in columns.known}
    return Table(naam, places, len(header), tuple(fault for fault in faults if fault.soort != "fout"), body)


def _check_width(naam: str, rij: int, names: Sequence[str]) -> None:
    if len(names) > COLUMNS:
        text, verwacht = "de kopregel heeft te veel kolommen", f"hoogstens {COLUMNS} kolommen"
        raise InputError(Fault("bestand_te_groot", naam, rij, toelichting=text, verwacht=verwacht))


def _hint(header: list[str], naam: str, rij: int) -> Fault | None:
    """Return the one fault of a header in one piece: another separator."""
    other = next((sign for sign in ("|", "\t", ",", ";") if sign in header[0]), None) if len(header) == 1 else None
    if other is None:
        return None
    text, verwacht = "de kopregel heeft één kolom", "; tussen de velden"
    return Fault("scheidingsteken", naam, rij, gevonden=shown(other), verwacht=verwacht, toelichting=text)
