"""A report as files in a folder: a workbook and a page for people, and a CSV per table for machines."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mpj.presentation import csv, html, xlsx
from mpj.presentation.report import Report, Table


def write_report(folder: Path, name: str, page: Report, tables: Mapping[str, Table], book: Report | None = None) -> None:
    """Write ``<name>.html``, ``<name>.xlsx`` (of `book`, None: of the page) and each of `tables` as its CSV into `folder`.

    Raises InputError when XlsxWriter is missing, and for what does not fit on a sheet.
    """
    for stem, table in tables.items():
        csv.write(folder / f"{stem}.csv", table)
    (folder / f"{name}.html").write_text(html.page(page), "utf-8", newline="\n")
    xlsx.write(folder / f"{name}.xlsx", page if book is None else book)
