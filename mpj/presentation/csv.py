"""A table as CSV or JSON, for machines: columns that have a name, money in eurocents, dates as 2026-03-31, percents 3,42."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import assert_never

from mpj.presentation import words
from mpj.presentation.report import Cell, Column, Table, Value
from mpj.reading.guard import guarded


def text(table: Table) -> str:
    """Return a table as text: ``;`` between fields, a header row, line feeds; without its sums."""
    places = [place for place, column in enumerate(table.columns) if column.name]
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\n")
    writer.writerow(table.columns[place].name for place in places)
    writer.writerows([_field(table.columns[place], row[place]) for place in places] for row in table.rows)
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


def _field(column: Column, value: Value | Cell) -> str:
    cell = column.cell(value)
    match cell.value:
        case None:
            return ""
        case str(text):
            return guarded(text)
        case date() as day:
            return day.isoformat()
        case int() | Fraction() as number:
            decimals = 2 if cell.form == "percent" or number.denominator != 1 else 0
            return words.number(number, decimals).replace(".", "")
    assert_never(cell.value)
