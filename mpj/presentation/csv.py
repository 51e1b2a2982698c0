"""A table as CSV or JSON, for machines: columns that have a name, money in eurocents, dates as 2026-03-31, percents 3,42."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import assert_never

from mpj.presentation import words
from mpj.presentation.report import Cell, Column, Table, Value
from mpj.reading.guard import guarded

_DECIMALS = 6
"""How many a count of units has at most, where fewer do not tell it whole: a price times a rounded count is another amount."""


def text(table: Table) -> str:
    """Return a table as text: ``;`` between fields, a header row, line feeds; without its sums."""
    places = [place for place, column in enumerate(table.columns) if column.name]
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\n")
    writer.writerow(table.columns[place].name for place in places)
    writer.writerows(zip(*(_fields(table.columns[place], [row[place] for row in table.rows]) for place in places), strict=True))
    return stream.getvalue()


def write(path: Path, table: Table) -> None:
    """Write a table to a file, in UTF-8."""
    path.write_text(text(table), "utf-8", newline="\n")


def write_json(path: Path, table: Table) -> None:
    """Write a table to a file as JSON: its title, and a list of rows by the names of the columns; null where there is nothing."""
    columns = [(place, column) for place, column in enumerate(table.columns) if column.name]
    rows = [{column.name: _plain(column.cell(row[place]).value) for place, column in columns} for row in table.rows]
    text = json.dumps({"formaat": 1, "titel": table.title, "rijen": rows}, indent=2, ensure_ascii=False)
    path.write_text(text + "\n", "utf-8", newline="\n")


def _plain(value: Value) -> str | int | None:
    match value:
        case date() | Fraction():
            return str(value)
        case "":
            return None
    return value


def _fields(column: Column, values: Sequence[Value | Cell]) -> Iterator[str]:
    """Return the fields of a column; a value that comes back is written once."""
    known: dict[Value | Cell, str] = {}
    for value in values:
        text = known.get(value)
        if text is None:
            text = known[value] = _field(column, value)
        yield text


def _field(column: Column, value: Value | Cell) -> str:
    told, form, _ = column.told(value)
    match told:
        case None:
            return ""
        case str(text):
            return guarded(text)
        case date() as day:
            return day.isoformat()
        case int() | Fraction() as number:
            decimals = 2 if form == "percent" or number.denominator != 1 else 0
            while form == "units" and decimals < _DECIMALS and (number * 10**decimals).denominator != 1:
                decimals += 1
            return words.number(number, decimals).replace(".", "")
    assert_never(told)
