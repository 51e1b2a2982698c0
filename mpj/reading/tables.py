"""CSV tables: `;` between fields, a header row, UTF-8. A table that is not one is refused whole; a bad row is the reader's.

Row numbers are lines in the file, the header is line 1; a row that spans lines has the number of its first.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeAlias

from attrs import define

from mpj.reading.faults import Fault, InputError
from mpj.reading.names import check_names
from mpj.reading.sources import Source

Row: TypeAlias = tuple[int, list[str]]


@define
class Table:
    """An opened table: `columns` maps a known column to its place, iterating gives (rij, fields).

    `warnings` are the unknown columns; `sha256` is filled once all rows were read. Rows that are wholly empty are passed
    over; fields come as they stand, so a row may have more or fewer than `width`.
    """

    naam: str
    columns: Mapping[str, int]
    width: int
    warnings: tuple[Fault, ...]
    rows: Iterator[Row]
    sha256: str = ""

    def __iter__(self) -> Iterator[Row]:
        return self.rows


@contextmanager
def open_table(source: Source, known: Iterable[str], required: Iterable[str]) -> Iterator[Table]:
    """Open `source` as a table with these columns.

    Raises InputError: no header, a required column missing, a double or misspelt one, no UTF-8, broken quoting. The last two
    may come while iterating.
    """
    with source.open() as raw:
        stream = io.TextIOWrapper(io.BufferedReader(raw), encoding="utf-8-sig", newline="")
        reader = csv.reader(stream, delimiter=";", strict=True)
        rows = _rows(reader, source)
        rij, header = next(rows, (0, []))
        if not rij:
            raise InputError(
                Fault(
                    "bestand_leeg",
                    source.naam,
                    toelichting="het bestand is leeg",
                    verwacht="een kopregel met kolomnamen",
                )
            )
        header = [name.strip() for name in header]
        faults = check_names(header, known, required, source.naam, rij)
        wrong = [fault for fault in faults if fault.soort == "fout"]
        if wrong:
            raise InputError([*wrong, *_hint(header, source.naam)])
        known = set(known)
        table = Table(
            source.naam,
            {name: place for place, name in enumerate(header) if name in known},
            len(header),
            tuple(fault for fault in faults if fault.soort != "fout"),
            rows,
        )
        yield table
        table.sha256 = raw.sha256()
        stream.detach().detach()


def _rows(reader: Iterator[list[str]], source: Source) -> Iterator[Row]:
    """Pass on the rows that hold anything, with their line numbers; turn what csv and the decoder raise into InputError."""
    naam, line = source.naam, 0
    while True:
        begin = line + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except UnicodeDecodeError as error:
            raise InputError(
                Fault(
                    "codering_onjuist",
                    naam,
                    _undecodable(source) or begin,
                    toelichting="het bestand is geen UTF-8",
                    verwacht="UTF-8 (in Excel: CSV UTF-8)",
                )
            ) from error
        except csv.Error as error:
            raise InputError(
                Fault(
                    "csv_onleesbaar",
                    naam,
                    begin,
                    toelichting="geen leesbare CSV vanaf deze rij",
                    verwacht="velden met ; ertussen, aanhalingstekens per veld gesloten",
                )
            ) from error
        line = reader.line_num  # type: ignore[attr-defined]
        if any(field and not field.isspace() for field in fields):
            if any("\0" in field for field in fields):
                raise InputError(
                    Fault(
                        "csv_onleesbaar",
                        naam,
                        begin,
                        toelichting="het bestand is geen tekst",
                        verwacht="een CSV-bestand",
                    )
                )
            yield begin, fields


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
