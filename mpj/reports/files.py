"""The files of a report on the year: CSV, workbooks and pages, in all and per gemeente."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from mpj.presentation import csv, html, xlsx
from mpj.presentation.report import Report, Table
from mpj.reports import pages
from mpj.reports.beside import Naast, Raming
from mpj.reports.year import Jaarbeeld


def write_year(
    beeld: Jaarbeeld,
    folder: Path,
    *,
    namen: Mapping[str, str],
    naast: Sequence[Naast] | None = None,
    raming: Sequence[Raming] | None = None,
) -> Report:
    """Write the files of a year to a folder, and return the overview. Raises InputError where XlsxWriter is missing."""
    beside: dict[str, Table] = {}
    if naast is not None:
        beside["naast"] = pages.beside_table(naast)
    if raming is not None:
        beside["raming"] = pages.estimate_table(raming)
    if beeld.gesloten is not None:
        beside["mutaties"] = pages.changes_table(beeld.mutaties)
    csv.write(folder / "jaar.csv", pages.year_table("Jaar", beeld.regels))
    csv.write(folder / "aansluiting.csv", pages.reconciliation_table(beeld.aansluiting))
    for name, table in beside.items():
        csv.write(folder / f"{name}.csv", table)
    shown = {**beside, "naast": pages.differences_table(naast)} if naast is not None else beside
    whole = pages.overview(beeld, namen, shown.values())
    _page(folder / "jaar.html", whole)
    xlsx.write(folder / "jaar.xlsx", pages.workbook(beeld, beeld.gemeenten, namen, beside.values()))
    for gemeente in beeld.gemeenten:
        _page(folder / f"jaar-{gemeente}.html", pages.gemeente_page(beeld, gemeente, namen))
        xlsx.write(folder / f"jaar-{gemeente}.xlsx", pages.workbook(beeld, [gemeente], namen))
    return whole


def _page(path: Path, report: Report) -> None:
    path.write_text(html.page(report), "utf-8", newline="\n")
