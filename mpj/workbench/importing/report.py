"""What was understood of a workbook, as a report."""

from __future__ import annotations

from collections.abc import Iterator

from mpj.presentation import words
from mpj.presentation.report import Column, Part, Report, Table
from mpj.reading.faults import mask
from mpj.workbench.importing.workbook import Begrepen, Ingelezen

_MOST = 20
"""So many rows of text of a sheet are shown."""


def report(found: Ingelezen) -> Report:
    """Return what each sheet and each of its columns was taken for, and what was left out."""
    parts = [part for sheet in found.bladen for part in _sheet(sheet)]
    cells = len(found.rijen)
    parts.append(f"Samen {words.counted(cells, 'gedateerde cel')}.")
    if found.percelen_zonder_prijs:
        parts.append(f"Zonder een enkele prijs in deze werkmap: perceel {', '.join(found.percelen_zonder_prijs)}.")
    return Report("", (), tuple(parts))


def _sheet(sheet: Begrepen) -> Iterator[Part]:
    if not sheet.koppen:
        yield f"Blad {sheet.blad}: geen tabel met prijzen, niet gelezen."
    for number, (row, columns) in enumerate(sheet.koppen):
        counts = f"{words.counted(sheet.rijen, 'rij')}, {words.counted(sheet.cellen, 'cel')}"
        percelen = " en ".join(sheet.percelen) or "onbekend"
        title = f"Blad {sheet.blad} is perceel {percelen}: kopregel {row}, {counts}"
        title = title if not number else f"Blad {sheet.blad}, nog een tabel: kopregel {row}"
        yield Table(title, (Column("kolom"), Column("gelezen als")), columns)
    for van, naar, count in sheet.omgerekend:
        yield f"Blad {sheet.blad}: {words.counted(count, 'prijs')} omgerekend, van per {van} naar per {naar}."
    if sheet.zonder_prijs:
        rows = ", ".join(f"{code} (rij {row})" for row, code in sheet.zonder_prijs)
        yield f"Blad {sheet.blad}, een prestatiecode zonder prijs: {rows}."
    if sheet.notities:
        heads = Column("rij", "count"), Column("tekst die geen prijs is, niet gelezen")
        rest = tuple((row, mask(text)) for row, text in sheet.notities)
        yield Table(f"Blad {sheet.blad}, overgeslagen", heads, rest).first(_MOST, "de rest staat in de werkmap")
