"""Writing XLSX: sheets with a bold header, euros and dates as such. The only module that writes with openpyxl.

Amounts go in as `Decimal` euros and show as ``#.##0,00`` in a Dutch Excel; text that begins like a formula stays text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

from mpj.reading.faults import Fault, InputError

_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def openpyxl() -> Any:
    """Return the openpyxl module; raises InputError when it is not installed."""
    try:
        return import_module("openpyxl")
    except ImportError:
        raise InputError(
            Fault("xlsx_niet_mogelijk", toelichting="voor XLSX is openpyxl nodig", verwacht="pip install 'mpj[xlsx]'")
        ) from None


def write_xlsx(path: Path, sheets: Mapping[str, Iterable[Iterable[object]]]) -> None:
    """Write one sheet per entry; the first row of each is its header. Raises InputError when openpyxl is missing."""
    module = openpyxl()
    styles = import_module("openpyxl.styles")
    letter = import_module("openpyxl.utils").get_column_letter
    book = module.Workbook()
    book.remove(book.active)
    bold, fill = styles.Font(bold=True), styles.PatternFill("solid", fgColor="E8EDF2")
    for name, rows in sheets.items():
        sheet = book.create_sheet(sheet_name(name, book.sheetnames))
        widths: dict[int, int] = {}
        for number, row in enumerate(rows, 1):
            for place, value in enumerate(row, 1):
                if value is None:
                    continue
                cell = sheet.cell(number, place)
                _fill(cell, value)
                widths[place] = max(widths.get(place, 0), len(str(value)))
                if number == 1:
                    cell.font, cell.fill = bold, fill
        for place, width in widths.items():
            sheet.column_dimensions[letter(place)].width = min(width + 3, 60)
        sheet.freeze_panes = "A2"
    book.save(path)


def _fill(cell: Any, value: object) -> None:
    cell.value = value
    if isinstance(value, Decimal):
        cell.number_format = "#,##0.00"
    elif isinstance(value, date):
        cell.number_format = "dd-mm-yyyy"
    elif isinstance(value, str):
        cell.data_type = "s"


def sheet_name(name: str, taken: Iterable[str]) -> str:
    """Return `name` as a sheet may be called: at most 31 characters, no ``[]:*?/\\``, not yet taken."""
    plain = name.translate(_FORBIDDEN).strip("' ")[:31] or "Blad"
    used = {other.casefold() for other in taken}
    number, result = 2, plain
    while result.casefold() in used:
        suffix = f" ({number})"
        result, number = plain[: 31 - len(suffix)] + suffix, number + 1
    return result
