"""A published matrix in XLSX, read into cells: its sheets, what each was taken for, and every fault with its place.

Nothing is guessed and nothing is lost in silence: a word that is not known, a price that is no number, a unit that does not fit, a
sheet with codes and amounts that is no table are faults; notes and rows without a price are left out and shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen

from mpj.contract.matrix import price_text
from mpj.contract.rows import UITGESLOTEN
from mpj.reading.faults import Fault
from mpj.workbench.importing.grid import Rekenblad
from mpj.workbench.importing.headers import BEGIN, nearest, read_header, years_of_prices
from mpj.workbench.importing.layout import Indeling, Tabel, find_tables, head_faults
from mpj.workbench.importing.opening import open_books
from mpj.workbench.importing.percelen import foreign, named
from mpj.workbench.importing.rows import Bladprijs, Kader, Rijlezer
from mpj.workbench.importing.settling import Verrekening
from mpj.workbench.importing.units import Eenheidswoorden
from mpj.workbench.importing.values import codes_in, looks_like_code


@frozen
class Begrepen:
    """What was understood of one sheet."""

    blad: str
    percelen: tuple[str, ...] = ()
    """The percelen that its prices are of."""
    koppen: tuple[tuple[int, tuple[tuple[str, str], ...]], ...] = ()
    """Of each table its head row, and each column with what it was taken for."""
    rijen: int = 0
    cellen: int = 0
    notities: tuple[tuple[int, str], ...] = ()
    """Rows of text that were left out."""
    zonder_prijs: tuple[tuple[int, str], ...] = ()
    """Rows with a prestatiecode and no price."""
    omgerekend: tuple[tuple[str, str, int], ...] = ()
    """From which unit to which, and how many prices."""


@frozen
class Ingelezen:
    """What a workbook gave."""

    rijen: tuple[Mapping[str, str], ...]
    """Rows for ``tarieven.csv``, as text by column; of a price that could not be read `uitgesloten`, so that the rest is judged."""
    plaatsen: tuple[tuple[str, int], ...]
    """Where each row stands: the sheet as faults name it, and its row."""
    bladen: tuple[Begrepen, ...]
    fouten: tuple[Fault, ...]
    percelen_zonder_prijs: tuple[str, ...]
    """The percelen of the contract of which no price was found."""


@frozen
class Inleesopdracht:
    """How to read a workbook: what holds for all rows, and the settings of the contract that decide."""

    kader: Kader
    normtijd: Mapping[str, str] = field(factory=dict)
    """What a price is per, by prestatiecode where the contract deviates."""
    vanaf_gekozen: bool = False
    """Whether the user chose the first day: then a year in a title does not contradict it."""


def read_matrix(path: Path, opdracht: Inleesopdracht) -> Ingelezen:
    """Read the workbook at `path` (docs/tariffs.md, import); what is wrong in it is in `fouten`.

    Raises InputError when the file is no XLSX, or openpyxl is missing.
    """
    values, formulas = open_books(path)
    faults: list[Fault] = []
    sheets = [Rekenblad(path.name, sheet, formulas[sheet.title], faults) for sheet in values.worksheets]
    layouts = [find_tables(sheet, opdracht.kader.protocol) for sheet in sheets]
    return _Werkmap(opdracht, path.name, sheets, layouts, faults).read()


@frozen
class _Werkmap:
    """A workbook whose tables were found."""

    opdracht: Inleesopdracht
    bestand: str
    sheets: list[Rekenblad]
    layouts: list[Indeling]
    faults: list[Fault]

    def read(self) -> Ingelezen:
        """Read every sheet, and settle the prices of all of them together."""
        protocol = self.opdracht.kader.protocol
        readers: dict[str, Rijlezer] = {}
        understood: list[Begrepen] = []
        for sheet, layout in zip(self.sheets, self.layouts, strict=True):
            if not layout.tabellen:
                understood.append(self._without_table(sheet, layout))
            elif sheet.hidden:
                sheet.refuse("blad_verborgen", 0, 0, "", "alleen zichtbare bladen", "het blad is verborgen maar bevat een matrix")
            else:
                readers[sheet.naam] = self._tables(sheet, layout, readers)
                understood.append(Begrepen(sheet.naam, koppen=tuple(map(_head, layout.tabellen))))
        words = Eenheidswoorden.of(protocol)
        beside = {name: _units(words, reader.opbrengst.notities) for name, reader in readers.items()}
        outside = _units(words, [note for sheet in understood if not sheet.koppen for note in sheet.notities])
        settling = Verrekening(protocol, self.opdracht.normtijd, outside)
        prices = settling.settle((item for reader in readers.values() for item in reader.opbrengst.prijzen), beside)
        if not prices and not self.faults:
            text, wanted = "geen enkele prijs gevonden", "een blad per perceel met een kopregel"
            self.faults.append(Fault("matrix_leeg", self.bestand, toelichting=text, verwacht=wanted))
        known = {item.perceel for item in prices}
        return Ingelezen(
            tuple(_row(item) for item in prices),
            tuple((item.blad.place(), item.rij) for item in prices),
            tuple(_told(sheet, readers, prices, settling) for sheet in understood),
            tuple(self.faults),
            tuple(perceel.code for perceel in self.opdracht.kader.percelen if perceel.code not in known),
        )

    def _tables(self, sheet: Rekenblad, layout: Indeling, readers: Mapping[str, Rijlezer]) -> Rijlezer:
        """Read the tables of a sheet."""
        reader = Rijlezer(sheet, self.opdracht.kader, self._perceel(sheet, readers))
        for rij, text in layout.tabellen[0].titels:
            reader.title(rij, text)
        for tabel in layout.tabellen:
            head_faults(sheet, tabel, self.opdracht.kader.protocol)
            self._check_year(sheet, tabel)
            reader.read(tabel)
        return reader

    def _perceel(self, sheet: Rekenblad, readers: Mapping[str, Rijlezer]) -> str:
        """Return the perceel that a sheet is of: what its name says, or the only one of the contract for the only sheet."""
        percelen = self.opdracht.kader.percelen
        found = named(sheet.naam, percelen)
        alone = len(percelen) == 1 and sum(bool(layout.tabellen) for layout in self.layouts) == 1
        perceel = next(iter(found)) if len(found) == 1 else percelen[0].code if alone and not foreign(sheet.naam, percelen) else ""
        other = next((name for name, reader in readers.items() if perceel and reader.blad_perceel == perceel), None)
        if other is not None:
            text = f"perceel {perceel} staat ook op blad {other}"
            sheet.refuse("perceel_dubbel", 0, 0, sheet.naam, "één blad per perceel", text)
        return perceel

    def _check_year(self, sheet: Rekenblad, tabel: Tabel) -> None:
        """Report a title that says its prices are of another year than the one they would begin in."""
        begin = self.opdracht.kader.begindatum
        dated = tabel.column(BEGIN) or any(kop.begindatum for _, kop in tabel.prices())
        for rij, text in () if dated or self.opdracht.vanaf_gekozen else ((0, sheet.naam), *tabel.titels):
            years = years_of_prices(text)
            if len(years) == 1 and begin.year not in years:
                why = f"de prijzen zouden ingaan op {begin:%d-%m-%Y}; geef --vanaf als dat klopt, of de datum die u bedoelt"
                sheet.refuse("jaar_past_niet", rij, 0, text, str(begin.year), why)

    def _without_table(self, sheet: Rekenblad, layout: Indeling) -> Begrepen:
        """Return what is told of a sheet without a table; one with codes and amounts is a fault: a perceel may be lost."""
        protocol = self.opdracht.kader.protocol
        row = _lost(sheet, self.opdracht)
        if row:
            heads = layout.bijna or {}
            if heads:
                words = "; ".join(f"{kop.tekst} = {kop.uitleg}" for kop in heads.values())
            else:
                texts = [str(value) for value in _head_words(sheet, row)]
                words = "; ".join(f"{text} = {_meaning(text, protocol)}" for text in texts)
            text = "het blad noemt prestatiecodes en bedragen, maar heeft geen kopregel die te lezen is; "
            text += f"gevonden koppen: {words or 'geen'}"
            sheet.refuse(
                "blad_niet_gelezen", layout.bijna_rij or row, 0, "", "een kop met prestatiecode en niveaus of tarief", text
            )
        return Begrepen(sheet.naam, notities=tuple(sheet.texts(1, sheet.last_row)))


def _lost(sheet: Rekenblad, opdracht: Inleesopdracht) -> int:
    """Return the first row with a prestatiecode and an amount beside it, or with two codes and amounts below; 0 without one."""
    across = 0
    for row in range(1, sheet.last_row + 1):
        filled = sheet.filled(row)
        codes = {place for place, value in filled.items() if looks_like_code(value) and codes_in(value, opdracht.kader.protocol)}
        amounts = any(_is_amount(value) for place, value in filled.items() if place not in codes)
        if codes and amounts:
            return row
        if across and amounts:
            return across
        across = across or (row if len(codes) > 1 else 0)
    return 0


def _is_amount(value: Any) -> bool:
    if isinstance(value, str):
        return re.search(r"€|[0-9]+,(?:[0-9]{2}|-)(?![0-9])", value) is not None
    return isinstance(value, int | float) and not isinstance(value, bool)


def _head_words(sheet: Rekenblad, row: int) -> list[str]:
    """Return the words of the nearest row above with more than one text."""
    for number in range(row - 1, 0, -1):
        texts = [value for value in sheet.filled(number).values() if isinstance(value, str)]
        if len(texts) > 1:
            return texts
    return []


def _meaning(text: str, protocol: Any) -> str:
    kop = read_header(text, protocol)
    if kop is not None:
        return kop.uitleg
    near = nearest(text, protocol)
    return "niet bekend" + (f", lijkt het meest op {near}" if near else "")


def _head(tabel: Tabel) -> tuple[int, tuple[tuple[str, str], ...]]:
    return tabel.kop, tuple((kop.tekst, kop.uitleg) for kop in tabel.kolommen.values())


def _units(words: Eenheidswoorden, notes: list[tuple[int, str]]) -> frozenset[str]:
    return frozenset(unit for _, text in notes for unit in words.in_note(text))


def _row(item: Bladprijs) -> Mapping[str, str]:
    """Return a price as a row of ``tarieven.csv``."""
    return {
        "perceel": item.perceel,
        "prestatiecode": item.prestatiecode,
        "kwalificatieniveau": item.niveau,
        "begindatum": item.begindatum.isoformat(),
        "einddatum": item.einddatum.isoformat() if item.einddatum else "",
        "tarief": UITGESLOTEN if item.cent is None or not item.goed else price_text(item.cent),
    }


def _told(sheet: Begrepen, readers: Mapping[str, Rijlezer], prices: list[Bladprijs], settling: Verrekening) -> Begrepen:
    """Return what was understood of a sheet, with what its rows gave."""
    reader = readers.get(sheet.blad)
    if reader is None:
        return sheet
    own = [item for item in prices if item.blad.naam == sheet.blad]
    return evolve(
        sheet,
        percelen=tuple(dict.fromkeys(item.perceel for item in own)),
        rijen=len({item.rij for item in own}),
        cellen=len(own),
        notities=tuple(reader.opbrengst.notities),
        zonder_prijs=tuple(reader.opbrengst.zonder_prijs),
        omgerekend=tuple((van, naar, count) for (blad, van, naar), count in settling.omgerekend.items() if blad == sheet.blad),
    )
