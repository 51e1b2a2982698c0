"""What was understood of a workbook, as a report."""

from __future__ import annotations

from mpj.presentation import words
from mpj.presentation.report import Column, Part, Report, Table
from mpj.workbench.importing.workbook import Begrepen, Ingelezen


def report(found: Ingelezen, cells: int) -> Report:
    """Return what each sheet and each of its columns was taken for; `cells` is the number of dated cells in all."""
    return Report("", (), (*map(_sheet, found.bladen), f"Samen {words.counted(cells, 'gedateerde cel')}."))


def _sheet(sheet: Begrepen) -> Part:
    if sheet.reden:
        return f"Blad {sheet.blad}: overgeslagen, {sheet.reden}."
    counts = f"{words.counted(sheet.rijen, 'rij')}, {words.counted(sheet.cellen, 'cel')}"
    title = f"Blad {sheet.blad} is perceel {sheet.perceel}: kopregel {sheet.kopregel}, {counts}"
    return Table(title, (Column("kolom"), Column("gelezen als")), sheet.kolommen)
