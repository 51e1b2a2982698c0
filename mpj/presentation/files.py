"""A report as files in a folder: a workbook and a page for people, and a CSV per table for machines."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mpj.presentation import csv, html, xlsx
from mpj.presentation.languages import Taal
from mpj.presentation.report import Report, Table
from mpj.presentation.translation import translated_report


def write_report(
    folder: Path, name: str, page: Report, tables: Mapping[str, Table], book: Report | None = None, *, taal: Taal = "nl"
) -> None:
    """Write ``<name>.html``, ``<name>.xlsx`` (of `book`, None: of the page) and each of `tables` as its CSV into `folder`.

    What people read is said in `taal`, where it is not said in it already; a CSV is the same in every language.
    Raises InputError when XlsxWriter is missing, and for what does not fit on a sheet.
    """
    for stem, table in tables.items():
        csv.write(folder / f"{stem}.csv", table)
    (folder / f"{name}.html").write_text(html.page(translated_report(page, taal)), "utf-8", newline="\n")
    xlsx.write(folder / f"{name}.xlsx", translated_report(page if book is None else book, taal))
