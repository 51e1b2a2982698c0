"""CSV tables: `;` between fields, a header row, UTF-8. A table that is not one is refused whole; a bad row is the reader's.

Row numbers are lines in the file, the header is line 1; a row that spans lines has the number of its first.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from itertools import chain
from typing import Any, Generic, TypeVar

from attrs import define

from mpj.reading.faults import Fault, InputError
from mpj.reading.names import check_names
from mpj.reading.sources import Digester, Source

# Longer rows are parsed at once: csv has a limit for a field, and what is beyond it is refused where it stands.
_LONG = 100_000
_F = TypeVar("_F", str, list[str])


@define
class Table(Generic[_F]):
    """An opened table: `columns` maps a known column to its place, iterating gives (rij, fields).

    `warnings` are the unknown columns; `sha256` is filled once all rows were read. Rows that are wholly empty are passed
    over; fields come as they stand, so a row may have more or fewer than `width`. From `open_lines` they come as one text.
    """

    naam: str
    columns: Mapping[str, int]
    width: int
    warnings: tuple[Fault, ...]
    rows: Iterator[tuple[int, _F]]
    sha256: str = ""

    def __iter__(self) -> Iterator[tuple[int, _F]]:
        return self.rows


@contextmanager
def open_table(source: Source, known: Iterable[str], required: Iterable[str]) -> Iterator[Table[list[str]]]:
    """Open `source` as a table with these columns.

    Raises InputError: no header, a required column missing, a double or misspelt one, no UTF-8, broken quoting. The last two
    may come while iterating.
    """
    with _opened(source, known, required, lambda stream, rows, reader, raw: rows) as table:
        yield table


@contextmanager
def open_lines(source: Source, known: Iterable[str], required: Iterable[str]) -> Iterator[Table[str]]:
    """Open `source` as `open_table` does, for rows that are only passed on: each is the text of one row, ending in a line end.

    Rows that are wholly empty are not passed over.
    """
    with _opened(source, known, required, lambda stream, rows, reader, raw: _lines(stream, source, raw, reader)) as table:
        yield table


@contextmanager
def _opened(
    source: Source,
    known: Iterable[str],
    required: Iterable[str],
    body: Callable[[TextIOWrapper, Iterator[tuple[int, list[str]]], Any, Digester], Iterator[tuple[int, _F]]],
) -> Iterator[Table[_F]]:
    """Open a table, check its header, and have `body` say what comes after it."""
    with source.open() as raw:
        stream = TextIOWrapper(io.BufferedReader(raw), encoding="utf-8-sig", newline="")
        reader = csv.reader(stream, delimiter=";", strict=True)
        rows = _rows(reader, source, raw)
        table = _headed(source, rows, known, required, body(stream, rows, reader, raw))
        yield table
        table.sha256 = raw.sha256()
        stream.detach().detach()


def _headed(
    source: Source,
    rows: Iterator[tuple[int, list[str]]],
    known: Iterable[str],
    required: Iterable[str],
    body: Iterator[tuple[int, _F]],
) -> Table[_F]:
    """Check the header, which is the first of `rows`, and return the table that has `body` below it."""
    first = next(rows, None)
    if first is None:
        raise InputError(
            Fault("bestand_leeg", source.naam, toelichting="het bestand is leeg", verwacht="een kopregel met kolomnamen")
        )
    return headed(source.naam, *first, known, required, body)


def headed(
    naam: str, rij: int, names: Sequence[str], known: Iterable[str], required: Iterable[str], body: Iterator[tuple[int, _F]]
) -> Table[_F]:
    """Return the table under a header with these names; raises InputError when it misses, doubles or misspells one."""
    known = set(known)
    header: list[str] = [name.strip() for name in names]
    faults = check_names(header, known, required, naam, rij)
    wrong: list[Fault] = [fault for fault in faults if fault.soort == "fout"]
    if wrong:
        raise InputError([*wrong, *_hint(header, naam)])
    columns = {name: place for place, name in enumerate(header) if name in known}
    return Table(naam, columns, len(header), tuple(fault for fault in faults if fault.soort != "fout"), body)


def _lines(stream: TextIOWrapper, source: Source, raw: Digester, header: Any) -> Iterator[tuple[int, str]]:
    """Pass on the rows after the header, of which `header` is the reader, as text with their line numbers."""
    line: int = header.line_num
    with _refusing(source, lambda: line):
        for text in stream:
            begin, end = line + 1, line + 1
            if '"' in text or len(text) > _LONG:
                reader = csv.reader(chain([text], stream), delimiter=";", strict=True)
                fields = next(reader)
                end = line + reader.line_num
                quoted = io.StringIO()
                csv.writer(quoted, delimiter=";", lineterminator="\n").writerow(fields)
                text = quoted.getvalue()
            elif text[-1] not in "\r\n":
                text += "\n"
            if raw.binary and "\0" in text:
                raise InputError(_unreadable(source, begin, "het bestand is geen tekst", "een CSV-bestand"))
            yield begin, text
            line = end


def _rows(reader: Iterator[list[str]], source: Source, raw: Digester) -> Iterator[tuple[int, list[str]]]:
    """Pass on the rows that hold anything, with their line numbers."""
    line = 0
    with _refusing(source, lambda: line):
        for fields in reader:
            begin, line = line + 1, reader.line_num  # type: ignore[attr-defined]
            if fields and (fields[0].strip() or any(map(str.strip, fields))):
                if raw.binary and any("\0" in field for field in fields):
                    raise InputError(_unreadable(source, begin, "het bestand is geen tekst", "een CSV-bestand"))
                yield begin, fields


@contextmanager
def _refusing(source: Source, line: Callable[[], int]) -> Iterator[None]:
    """Turn what csv and the decoder raise after `line` lines into InputError."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise InputError(
            Fault(
                "codering_onjuist",
                source.naam,
                _undecodable(source) or line() + 1,
                toelichting="het bestand is geen UTF-8",
                verwacht="UTF-8 (in Excel: CSV UTF-8)",
            )
        ) from error
    except csv.Error as error:
        verwacht = "velden met ; ertussen, aanhalingstekens per veld gesloten"
        raise InputError(_unreadable(source, line() + 1, "geen leesbare CSV vanaf deze rij", verwacht)) from error


def _unreadable(source: Source, rij: int, toelichting: str, verwacht: str) -> Fault:
    return Fault("csv_onleesbaar", source.naam, rij, toelichting=toelichting, verwacht=verwacht)


def _undecodable(source: Source) -> int:
    """Return the first line that is no UTF-8, 0 when every line by itself is."""
    with source.open() as raw:
        for number, line in enumerate(io.BufferedReader(raw), 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return 0


def _hint(header: list[str], naam: str) -> list[Fault]:
    if len(header) != 1:
        return []
    other = next((sign for sign in (",", "\t", "|") if sign in header[0]), None)
    if other is None:
        return []
    shown = "tab" if other == "\t" else other
    return [
        Fault(
            "scheidingsteken",
            naam,
            1,
            toelichting="de kopregel heeft één kolom",
            gevonden=shown,
            verwacht="; tussen de velden",
        )
    ]
